namespace MiniRun.Runtime.Engine;

/// <summary>What a container used, as its cgroup counts it.</summary>
/// <param name="Time">When it was read.</param>
/// <param name="Cpus">CPUs in use on average since the sample before (1.0 is one CPU busy); 0 in the first sample.</param>
/// <param name="CpuTime">All CPU time since the start.</param>
/// <param name="MemoryBytes">The working set: usage without the page cache that the kernel can drop at once.</param>
/// <param name="Pids">Processes and threads.</param>
/// <param name="Limits">The limits in force.</param>
public sealed record MetricSample(DateTimeOffset Time, double Cpus, TimeSpan CpuTime, long MemoryBytes, int Pids, ContainerLimits Limits);

/// <summary>A sample and the container it belongs to.</summary>
public sealed record ContainerMetrics(string Id, MetricSample Sample);
