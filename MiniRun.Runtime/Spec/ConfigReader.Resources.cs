namespace MiniRun.Runtime.Spec;

/// <summary>Resources of cgroups. Zero stands for "not set" wherever it would make no sense as a limit: programs that cannot
/// leave a property out write that.</summary>
static partial class ConfigReader
{
    /// <summary>A millisecond: the kernel takes no shorter period, and no smaller share of one.</summary>
    const long MinimumCpuTime = 1000;

    const long MaximumCpuPeriod = 1_000_000;

    /// <summary>Reads the object <c>resources</c>, wherever it is.</summary>
    public static ResourceSpec ReadResources(ref SpecReader json)
    {
        var resources = new ResourceSpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("devices"u8):
                    resources.Devices = ReadDeviceRules(ref json);
                    break;
                case var _ when name.SequenceEqual("memory"u8):
                    ReadMemory(ref json, resources);
                    break;
                case var _ when name.SequenceEqual("cpu"u8):
                    ReadCpu(ref json, resources);
                    break;
                case var _ when name.SequenceEqual("pids"u8):
                    ReadPids(ref json, resources);
                    break;
                case var _ when name.SequenceEqual("blockIO"u8):
                    resources.BlockIo = ReadBlockIo(ref json);
                    break;
                case var _ when name.SequenceEqual("hugepageLimits"u8):
                    resources.HugePageLimits = ReadHugePageLimits(ref json);
                    break;
                case var _ when name.SequenceEqual("network"u8):
                    resources.Network = ReadNetwork(ref json);
                    break;
                case var _ when name.SequenceEqual("rdma"u8):
                    ReadRdma(ref json, resources.Rdma);
                    break;
                case var _ when name.SequenceEqual("unified"u8):
                    ReadUnified(ref json, resources.Unified);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return resources;
    }

    static void ReadMemory(ref SpecReader json, ResourceSpec resources)
    {
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("limit"u8):
                    resources.MemoryLimit = ReadLimit(ref json);
                    break;
                case var _ when name.SequenceEqual("reservation"u8):
                    resources.MemoryReservation = ReadLimit(ref json);
                    break;
                case var _ when name.SequenceEqual("swap"u8):
                    resources.MemorySwap = ReadLimit(ref json);
                    break;
                case var _ when name.SequenceEqual("kernel"u8) || name.SequenceEqual("kernelTCP"u8):
                    if (ReadLimit(ref json) is > 0)
                    {
                        json.Warn("is ignored: kernels no longer limit their own memory apart from the rest");
                    }

                    break;
                case var _ when name.SequenceEqual("swappiness"u8):
                    resources.MemorySwappiness = json.Unsigned(100);
                    break;
                case var _ when name.SequenceEqual("disableOOMKiller"u8):
                    resources.DisableOomKiller = json.Boolean();
                    break;
                case var _ when name.SequenceEqual("useHierarchy"u8):
                    resources.UseHierarchy = json.Boolean();
                    break;
                case var _ when name.SequenceEqual("checkBeforeUpdate"u8):
                    resources.CheckBeforeUpdate = json.Boolean();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        if (resources is { MemoryLimit: > 0 and var limit, MemorySwap: > 0 and var swap } && swap < limit)
        {
            throw json.Error("swap", $"must not be below limit, which is {limit}: it is memory and swap together");
        }
    }

    static void ReadCpu(ref SpecReader json, ResourceSpec resources)
    {
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("shares"u8):
                    resources.CpuShares = json.Unsigned(262144) is var shares and > 0 ? shares : null;
                    break;
                case var _ when name.SequenceEqual("quota"u8):
                    resources.CpuQuota = json.Integer(-1) switch
                    {
                        0 => null,
                        > 0 and < MinimumCpuTime => throw json.Error($"must be {MinimumCpuTime} microseconds or more, or -1 for no limit"),
                        var quota => quota,
                    };
                    break;
                case var _ when name.SequenceEqual("period"u8):
                    resources.CpuPeriod = json.Integer() switch
                    {
                        0 => null,
                        >= MinimumCpuTime and <= MaximumCpuPeriod and var period => (ulong)period,
                        _ => throw json.Error($"must be an integer from {MinimumCpuTime} to {MaximumCpuPeriod} microseconds"),
                    };
                    break;
                case var _ when name.SequenceEqual("burst"u8):
                    resources.CpuBurst = json.Unsigned();
                    break;
                case var _ when name.SequenceEqual("realtimeRuntime"u8):
                    resources.CpuRealtimeRuntime = ReadLimit(ref json);
                    break;
                case var _ when name.SequenceEqual("realtimePeriod"u8):
                    resources.CpuRealtimePeriod = json.Unsigned(long.MaxValue) is var time and > 0 ? time : null;
                    break;
                case var _ when name.SequenceEqual("idle"u8):
                    resources.CpuIdle = json.Integer(0, 1);
                    break;
                case var _ when name.SequenceEqual("cpus"u8):
                    resources.Cpus = ReadList(ref json, HighestCpu);
                    break;
                case var _ when name.SequenceEqual("mems"u8):
                    resources.MemoryNodes = ReadList(ref json, HighestNode);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        if (resources is { CpuQuota: > 0 and var limit, CpuBurst: { } burst } && burst > (ulong)limit)
        {
            throw json.Error("burst", $"must not be above quota, which is {limit}");
        }

        if (resources is { CpuRealtimeRuntime: > 0 and var realtime, CpuRealtimePeriod: { } whole } && (ulong)realtime > whole)
        {
            throw json.Error("realtimeRuntime", $"must not be above realtimePeriod, which is {whole}");
        }
    }

    static void ReadPids(ref SpecReader json, ResourceSpec resources)
    {
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("limit"u8))
            {
                // Any negative number has always meant no limit here; zero is a limit (config-linux.md, "PIDs").
                resources.PidsLimit = Math.Max(json.Integer(), -1);
            }
            else
            {
                json.Skip();
            }
        }
    }

    /// <summary>A number of bytes or microseconds, or -1 for no limit.</summary>
    static long? ReadLimit(ref SpecReader json) => json.Integer(-1) is var limit and not 0 ? limit : null;

    /// <summary>A list such as "0-3,7"; null for an empty one.</summary>
    static string? ReadList(ref SpecReader json, int highest)
    {
        var list = ReadOptional(ref json);
        return list is null || NumberList.IsValid(list, highest) ? list : throw json.Error(NotAList(list, highest));
    }
}
