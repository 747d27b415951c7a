namespace MiniRun.Runtime.Cgroups;

sealed partial class StatisticsReader
{
    const ulong Unlimited = ulong.MaxValue;

    MemoryStatistics? ReadMemory() => cgroup.With("memory") switch
    {
        { IsUnified: true } branch when Number(branch, "memory.current") is { } used => ReadUnifiedMemory(branch, used),
        { IsUnified: false } branch when ReadCounter(branch, "memory.") is { } usage => ReadLegacyMemory(branch, usage),
        _ => null,
    };

    MemoryStatistics ReadUnifiedMemory(CgroupBranch branch, ulong used)
    {
        var raw = FlatFile.Keyed(branch.TryRead("memory.stat"));
        var limit = Number(branch, "memory.max") ?? Unlimited;
        var failures = (ulong)(FlatFile.Field(branch.TryRead("memory.events"), "max") ?? 0);
        MemoryCounter? swap = null;
        if (Number(branch, "memory.swap.current") is { } swapped)
        {
            // Readers expect what v1 counts: memory and swap together. The highest of both is no sum.
            var swapLimit = Number(branch, "memory.swap.max") ?? Unlimited;
            swap = new MemoryCounter(
                used + swapped, limit is Unlimited || swapLimit is Unlimited ? Unlimited : limit + swapLimit, 0, (ulong)(FlatFile.Field(branch.TryRead("memory.swap.events"), "max") ?? 0));
        }

        var kernel = raw.TryGetValue("kernel", out var bytes) ? new MemoryCounter(bytes, Unlimited, 0, 0) : (MemoryCounter?)null;
        return new MemoryStatistics(
            raw.GetValueOrDefault("file"), new MemoryCounter(used, limit, Number(branch, "memory.peak") ?? 0, failures), swap, kernel, null, raw, ReadPressure("memory"));
    }

    MemoryStatistics ReadLegacyMemory(CgroupBranch branch, MemoryCounter usage)
    {
        var raw = FlatFile.Keyed(branch.TryRead("memory.stat"));
        return new MemoryStatistics(
            raw.GetValueOrDefault("cache"), usage, ReadCounter(branch, "memory.memsw."), ReadCounter(branch, "memory.kmem."), ReadCounter(branch, "memory.kmem.tcp."), raw, ReadPressure("memory"));
    }

    static MemoryCounter? ReadCounter(CgroupBranch branch, string prefix) =>
        Number(branch, prefix + "usage_in_bytes") is { } usage
            ? new MemoryCounter(usage, Number(branch, prefix + "limit_in_bytes") ?? Unlimited, Number(branch, prefix + "max_usage_in_bytes") ?? 0, Number(branch, prefix + "failcnt") ?? 0)
            : null;
}
