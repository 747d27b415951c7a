using System.Text.Json;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Engine;

/// <summary>A container's limits as cgroup resources.</summary>
static class Limits
{
    /// <summary>Microseconds: short enough that a throttled program does not stutter, long enough to cost little.</summary>
    const long Period = 100_000;

    public static ResourceSpec ToResources(ContainerLimits limits) => new()
    {
        MemoryLimit = limits.MemoryBytes ?? -1,
        // Swap would turn a limit on memory into slowness that nobody understands.
        MemorySwap = limits.MemoryBytes ?? -1,
        CpuQuota = limits.Cpus is { } cpus ? (long)Math.Round(cpus * Period) : -1,
        CpuPeriod = (ulong)Period,
        PidsLimit = limits.Pids ?? -1,
    };

    public static void Write(Utf8JsonWriter json, ContainerLimits limits)
    {
        var resources = ToResources(limits);
        json.WriteStartObject("resources");
        // The runtime adds what every program needs.
        json.WriteStartArray("devices");
        json.WriteStartObject();
        json.WriteBoolean("allow", false);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("memory");
        json.WriteNumber("limit", resources.MemoryLimit!.Value);
        json.WriteNumber("swap", resources.MemorySwap!.Value);
        json.WriteEndObject();
        json.WriteStartObject("cpu");
        json.WriteNumber("quota", resources.CpuQuota!.Value);
        json.WriteNumber("period", resources.CpuPeriod!.Value);
        json.WriteEndObject();
        json.WriteStartObject("pids");
        json.WriteNumber("limit", resources.PidsLimit!.Value);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
