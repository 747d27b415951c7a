using System.Globalization;

namespace MiniRun.Runtime.Cgroups;

/// <summary>Reads the counters of a cgroup from whichever version of its files it has.</summary>
sealed partial class StatisticsReader(ContainerCgroup cgroup)
{
    public CgroupStatistics Read() => new(ReadCpu(), ReadMemory(), ReadPids(), ReadBlock(), ReadHugePages(), ReadRdma());

    PidsStatistics? ReadPids() =>
        cgroup.With("pids") is { } branch && Number(branch, "pids.current") is { } current ? new PidsStatistics(current, Number(branch, "pids.max") ?? 0) : null;

    SortedDictionary<string, HugePageStatistics> ReadHugePages()
    {
        var sizes = new SortedDictionary<string, HugePageStatistics>(StringComparer.Ordinal);
        if (cgroup.With("hugetlb") is not { } branch)
        {
            return sizes;
        }

        // The kernel names one file for each size: "hugetlb.2MB.current", "hugetlb.2MB.usage_in_bytes".
        var suffix = branch.IsUnified ? ".current" : ".usage_in_bytes";
        using var folder = branch.OpenFolder();
        foreach (var (name, _) in folder.List())
        {
            if (name.Split('.') is ["hugetlb", var size, _] && name.EndsWith(suffix, StringComparison.Ordinal))
            {
                sizes[size] = branch.IsUnified
                    ? new HugePageStatistics(Number(branch, name) ?? 0, 0, (ulong)(FlatFile.Field(branch.TryRead($"hugetlb.{size}.events"), "max") ?? 0))
                    : new HugePageStatistics(Number(branch, name) ?? 0, Number(branch, $"hugetlb.{size}.max_usage_in_bytes") ?? 0, Number(branch, $"hugetlb.{size}.failcnt") ?? 0);
            }
        }

        return sizes;
    }

    SortedDictionary<string, RdmaStatistics> ReadRdma()
    {
        var devices = new SortedDictionary<string, RdmaStatistics>(StringComparer.Ordinal);
        if (cgroup.With("rdma") is not { } branch)
        {
            return devices;
        }

        // "mlx4_0 hca_handle=2 hca_object=2000"
        var limits = FlatFile.Nested(branch.TryRead("rdma.max"));
        foreach (var (device, current) in FlatFile.Nested(branch.TryRead("rdma.current")))
        {
            var limit = limits.GetValueOrDefault(device) ?? [];
            devices[device] = new RdmaStatistics(
                current.GetValueOrDefault("hca_handle"), current.GetValueOrDefault("hca_object"), Known(limit, "hca_handle"), Known(limit, "hca_object"));
        }

        return devices;

        static ulong? Known(Dictionary<string, ulong> values, string key) => values.TryGetValue(key, out var value) ? value : null;
    }

    /// <summary>The pressure on a resource, which the v2 tree tells on hybrid hosts as well.</summary>
    Pressure? ReadPressure(string resource)
    {
        var lines = cgroup.Unified?.TryRead(resource + ".pressure")?.Split('\n') ?? [];
        return ReadStall(lines, "some") is { } some ? new Pressure(some, ReadStall(lines, "full")) : null;
    }

    /// <summary>"some avg10=0.00 avg60=0.00 avg300=0.00 total=0"</summary>
    static Stall? ReadStall(string[] lines, string kind) =>
        Array.Find(lines, line => line.StartsWith(kind + " ", StringComparison.Ordinal))?.Split(' ') is [_, var ten, var sixty, var threeHundred, var total]
            ? new Stall(Average(ten), Average(sixty), Average(threeHundred), ulong.Parse(total.AsSpan(total.IndexOf('=', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture))
            : null;

    static double Average(string text) => double.Parse(text.AsSpan(text.IndexOf('=', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    /// <summary>Null where the file is missing or says "max".</summary>
    static ulong? Number(CgroupBranch branch, string file) =>
        ulong.TryParse(branch.TryRead(file).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
