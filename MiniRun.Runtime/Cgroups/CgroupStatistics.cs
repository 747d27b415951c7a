namespace MiniRun.Runtime.Cgroups;

/// <summary>What a cgroup uses and was refused, as far as its controllers count; null where none does.</summary>
/// <param name="HugePages">By page size, such as "2MB".</param>
/// <param name="Rdma">By device.</param>
sealed record CgroupStatistics(
    CpuStatistics? Cpu, MemoryStatistics? Memory, PidsStatistics? Pids, BlockStatistics? Block,
    IReadOnlyDictionary<string, HugePageStatistics> HugePages, IReadOnlyDictionary<string, RdmaStatistics> Rdma);

/// <summary>Times are nanoseconds.</summary>
/// <param name="PerCpu">By processor; v1 alone counts that, as the next two.</param>
/// <param name="Periods">Those with a quota that passed.</param>
sealed record CpuStatistics(
    ulong Total, ulong Kernel, ulong User, IReadOnlyList<ulong> PerCpu, IReadOnlyList<ulong> PerCpuKernel, IReadOnlyList<ulong> PerCpuUser,
    ulong Periods, ulong ThrottledPeriods, ulong ThrottledTime, Pressure? Pressure);

/// <summary>Bytes.</summary>
/// <param name="Cache">Pages of files.</param>
/// <param name="Swap">Memory and swap together, as v1 counts.</param>
/// <param name="Raw">memory.stat.</param>
sealed record MemoryStatistics(
    ulong Cache, MemoryCounter Usage, MemoryCounter? Swap, MemoryCounter? Kernel, MemoryCounter? KernelTcp, IReadOnlyDictionary<string, ulong> Raw, Pressure? Pressure);

/// <param name="Limit">2^64 - 1 for none.</param>
/// <param name="Most">The highest usage so far; 0 where it is not kept.</param>
/// <param name="Failures">How often the limit was met.</param>
readonly record struct MemoryCounter(ulong Usage, ulong Limit, ulong Most, ulong Failures);

/// <param name="Limit">0 for none.</param>
sealed record PidsStatistics(ulong Current, ulong Limit);

sealed record BlockStatistics(IReadOnlyList<BlockCounter> Bytes, IReadOnlyList<BlockCounter> Operations, Pressure? Pressure);

/// <param name="Operation">Read, Write, Sync, Async, Discard or Total.</param>
readonly record struct BlockCounter(ulong Major, ulong Minor, string Operation, ulong Value);

/// <summary>Bytes, but for the failures.</summary>
readonly record struct HugePageStatistics(ulong Usage, ulong Most, ulong Failures);

/// <param name="CurrentHandles">In use.</param>
/// <param name="HandleLimit">Null for none, as the next.</param>
readonly record struct RdmaStatistics(ulong CurrentHandles, ulong CurrentObjects, ulong? HandleLimit, ulong? ObjectLimit);

/// <summary>Pressure stall information (accounting/psi.rst): how long tasks waited for something.</summary>
/// <param name="Full">All of them at once; null where the kernel does not tell.</param>
sealed record Pressure(Stall Some, Stall? Full);

/// <param name="Average10">Percent of the last ten seconds; the next two of one and five minutes.</param>
/// <param name="Total">Microseconds.</param>
readonly record struct Stall(double Average10, double Average60, double Average300, ulong Total);
