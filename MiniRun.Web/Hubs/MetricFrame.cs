using System.Text.Json.Serialization;
using MessagePack;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hubs;

/// <summary>One sample of one container as the charts receive it. The names are the wire's, in MessagePack and in JSON.</summary>
/// <param name="Time">Unix time in milliseconds.</param>
/// <param name="Memory">Bytes.</param>
[MessagePackObject]
public sealed record MetricFrame(
    [property: Key("id"), JsonPropertyName("id")] string Id,
    [property: Key("time"), JsonPropertyName("time")] double Time,
    [property: Key("cpus"), JsonPropertyName("cpus")] double Cpus,
    [property: Key("memory"), JsonPropertyName("memory")] long Memory,
    [property: Key("pids"), JsonPropertyName("pids")] int Pids,
    [property: Key("memoryLimit"), JsonPropertyName("memoryLimit")] long? MemoryLimit,
    [property: Key("cpuLimit"), JsonPropertyName("cpuLimit")] double? CpuLimit,
    [property: Key("pidsLimit"), JsonPropertyName("pidsLimit")] int? PidsLimit)
{
    public static MetricFrame Of(string id, MetricSample sample) => new(
        id,
        (sample.Time - DateTimeOffset.UnixEpoch).TotalMilliseconds,
        sample.Cpus,
        sample.MemoryBytes,
        sample.Pids,
        sample.Limits.MemoryBytes,
        sample.Limits.Cpus,
        sample.Limits.Pids);
}
