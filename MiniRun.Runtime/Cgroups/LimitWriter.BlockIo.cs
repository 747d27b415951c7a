using System.Text;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class LimitWriter
{
    const string BlockIoField = "blockIO.";
    const ulong LowestBlockWeight = 10;
    const ulong HighestBlockWeight = 1000;

    void WriteBlockIo(BlockIoSpec blockIo)
    {
        if (cgroup.With("blkio") is { } legacy)
        {
            WriteLegacyBlockIo(legacy, blockIo);
        }
        else if (Find("io", "the limit on disk input and output", "blockIO", isLimit: IsLimit(blockIo)) is { } unified)
        {
            WriteUnifiedBlockIo(unified, blockIo);
        }
    }

    /// <summary>Whether anything is set: callers write an empty object where they mean nothing.</summary>
    internal static bool IsLimit(BlockIoSpec blockIo) =>
        blockIo.Weight > 0 || blockIo.LeafWeight > 0 || blockIo.DeviceWeights.Count > 0
        || Throttles(blockIo).Any(t => t.Devices.Exists(d => d.Rate > 0));

    static (string Field, string Legacy, string Unified, List<DeviceThrottle> Devices)[] Throttles(BlockIoSpec blockIo) =>
    [
        ("blockIO.throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps", blockIo.ReadBytes),
        ("blockIO.throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps", blockIo.WriteBytes),
        ("blockIO.throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops", blockIo.ReadOperations),
        ("blockIO.throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "wiops", blockIo.WriteOperations),
    ];

    void WriteLegacyBlockIo(CgroupBranch branch, BlockIoSpec blockIo)
    {
        // Kernels before 5.0 weigh by the CFQ scheduler, later ones by BFQ.
        var prefix = branch.Has("blkio.weight") ? "blkio." : "blkio.bfq.";
        PutWeight("weight", blockIo.Weight);
        PutWeight("leafWeight", blockIo.LeafWeight);
        for (var i = 0; i < blockIo.DeviceWeights.Count; i++)
        {
            var device = blockIo.DeviceWeights[i];
            PutDeviceWeight(i, device, "weight", device.Weight);
            PutDeviceWeight(i, device, "leafWeight", device.LeafWeight);
        }

        foreach (var (field, file, _, devices) in Throttles(blockIo))
        {
            for (var i = 0; i < devices.Count; i++)
            {
                Put(branch, file, $"{devices[i].Major}:{devices[i].Minor} {devices[i].Rate}", "the limit on disk input and output", $"{field}[{i}]");
            }
        }

        void PutWeight(string name, ulong? weight)
        {
            if (weight > 0)
            {
                Put(branch, prefix + FileOf(name), Number(Checked(weight.Value, BlockIoField + name)), "the weight of disk input and output", BlockIoField + name);
            }
        }

        void PutDeviceWeight(int index, DeviceWeight device, string name, ulong? weight)
        {
            var field = $"blockIO.weightDevice[{index}].{name}";
            if (weight > 0)
            {
                Put(branch, $"{prefix}{FileOf(name)}_device", $"{device.Major}:{device.Minor} {Checked(weight.Value, field)}", "the weight of a disk", field);
            }
        }

        static string FileOf(string name) => name == "weight" ? "weight" : "leaf_weight";
    }

    void WriteUnifiedBlockIo(CgroupBranch branch, BlockIoSpec blockIo)
    {
        if (blockIo.Weight > 0 || blockIo.DeviceWeights.Exists(d => d.Weight > 0))
        {
            WriteUnifiedWeights(branch, blockIo);
        }

        if (blockIo.LeafWeight > 0 || blockIo.DeviceWeights.Exists(d => d.LeafWeight > 0))
        {
            Refuse(blockIo.LeafWeight > 0 ? "blockIO.leafWeight" : "blockIO.weightDevice", "cgroup v2 has no leaf weight", "the leaf weight of disk input and output");
        }

        // One line for each device: each write costs the queue a drain.
        var lines = new Dictionary<(long Major, long Minor), StringBuilder>();
        foreach (var (_, _, key, devices) in Throttles(blockIo))
        {
            foreach (var device in devices)
            {
                if (!lines.TryGetValue((device.Major, device.Minor), out var line))
                {
                    lines[(device.Major, device.Minor)] = line = new StringBuilder($"{device.Major}:{device.Minor}");
                }

                line.Append(device.Rate == 0 ? $" {key}=max" : $" {key}={device.Rate}");
            }
        }

        foreach (var (device, line) in lines)
        {
            Put(branch, "io.max", line.ToString(), "the limit on disk input and output", FieldOf(blockIo, device));
        }
    }

    void WriteUnifiedWeights(CgroupBranch branch, BlockIoSpec blockIo)
    {
        const string What = "the weight of disk input and output";
        // BFQ keeps the scale of v1; io.weight has its own.
        var isBfq = branch.Has("io.bfq.weight");
        var file = isBfq ? "io.bfq.weight" : "io.weight";
        if (blockIo.Weight is > 0 and var weight)
        {
            Put(branch, file, Number(Scaled(weight, "blockIO.weight")), What, "blockIO.weight");
        }

        for (var i = 0; i < blockIo.DeviceWeights.Count; i++)
        {
            var field = $"blockIO.weightDevice[{i}].weight";
            if (blockIo.DeviceWeights[i] is { Weight: > 0 } device)
            {
                Put(branch, file, $"{device.Major}:{device.Minor} {Scaled(device.Weight.Value, field)}", "the weight of a disk", field);
            }
        }

        ulong Scaled(ulong value, string field) => isBfq ? Checked(value, field) : InputOutputWeight(Checked(value, field));
    }

    /// <summary>v1 weight (10 to 1000) as that of <c>io.weight</c> (1 to 10000).</summary>
    internal static ulong InputOutputWeight(ulong weight) => 1 + ((weight - LowestBlockWeight) * 9999 / (HighestBlockWeight - LowestBlockWeight));

    static ulong Checked(ulong weight, string field) =>
        weight is >= LowestBlockWeight and <= HighestBlockWeight ? weight
        : throw new CgroupException(Root + field, $"{weight} must be between {LowestBlockWeight} and {HighestBlockWeight}");

    static string FieldOf(BlockIoSpec blockIo, (long Major, long Minor) device)
    {
        var (field, _, _, devices) = Array.Find(Throttles(blockIo), t => t.Devices.Exists(d => (d.Major, d.Minor) == device));
        return $"{field}[{devices.FindIndex(d => (d.Major, d.Minor) == device)}]";
    }
}
