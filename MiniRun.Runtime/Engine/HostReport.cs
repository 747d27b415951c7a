namespace MiniRun.Runtime.Engine;

/// <summary>What the engine found out about its host.</summary>
/// <param name="Cgroups"><c>unified</c>, <c>hybrid</c>, <c>legacy</c> or <c>none</c>.</param>
/// <param name="CpuCount">CPUs that containers can use.</param>
/// <param name="MemoryBytes">Memory of the host.</param>
/// <param name="Warnings">What the host cannot enforce, one sentence each.</param>
public sealed record HostReport(string Cgroups, int CpuCount, long MemoryBytes, IReadOnlyList<string> Warnings);
