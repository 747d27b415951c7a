using System.Globalization;

namespace MiniRun.Runtime.Cgroups;

/// <summary>What the processes of a cgroup use.</summary>
/// <param name="CpuNanoseconds">CPU time since the cgroup was made.</param>
/// <param name="MemoryBytes">Usage without the page cache that the kernel can drop at once.</param>
/// <param name="Pids">Processes and threads.</param>
readonly record struct CgroupUsage(long CpuNanoseconds, long MemoryBytes, int Pids);

sealed partial class ContainerCgroup
{
    /// <summary>Reads the counters; what no controller counts is 0. Null when the cgroup is gone.</summary>
    public CgroupUsage? ReadUsage()
    {
        var memory = ReadMemory();
        var cpu = ReadCpu();
        var pids = With("pids")?.TryRead("pids.current");
        return memory is null && cpu is null && pids is null
            ? null
            : new CgroupUsage(cpu ?? 0, memory ?? 0, pids is null ? Members().Count : int.Parse(pids, CultureInfo.InvariantCulture));
    }

    /// <summary>Reads all that is counted.</summary>
    public CgroupStatistics ReadStatistics() => new StatisticsReader(this).Read();

    /// <summary>How many processes the kernel killed for want of memory since the cgroup was made.</summary>
    public long ReadOomKills() =>
        With("memory") is { } memory ? FlatFile.Field(memory.TryRead(memory.IsUnified ? "memory.events" : "memory.oom_control"), "oom_kill") ?? 0 : 0;

    long? ReadMemory()
    {
        if (With("memory") is not { } memory || memory.TryRead(memory.IsUnified ? "memory.current" : "memory.usage_in_bytes") is not { } usage)
        {
            return null;
        }

        var cache = FlatFile.Field(memory.TryRead("memory.stat"), memory.IsUnified ? "inactive_file" : "total_inactive_file") ?? 0;
        return Math.Max(long.Parse(usage, CultureInfo.InvariantCulture) - cache, 0);
    }

    long? ReadCpu()
    {
        // cpu.stat counts even where the cpu controller itself is not in the v2 tree.
        return Unified is { } unified ? FlatFile.Field(unified.TryRead("cpu.stat"), "usage_usec") * 1000
            : With("cpuacct")?.TryRead("cpuacct.usage") is { } nanoseconds ? long.Parse(nanoseconds, CultureInfo.InvariantCulture) : null;
    }
}
