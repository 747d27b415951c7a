using System.Text.Json;
using System.Text.Json.Serialization;

namespace MiniRun.Web.Api.Contracts;

/// <summary>A container as the REST API shows it.</summary>
public sealed record ContainerResource
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Image { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>created, starting, running, stopping, exited, broken or deleting.</summary>
    public required string State { get; init; }

    public int? Pid { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public int? ExitCode { get; init; }

    public int? Signal { get; init; }

    public bool OutOfMemory { get; init; }

    public string? Error { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public required LimitsResource Limits { get; init; }

    /// <summary>none or host.</summary>
    public required string Network { get; init; }

    public bool Terminal { get; init; }

    public required string WorkingDirectory { get; init; }

    public required int Revision { get; init; }
}

/// <summary>Limits in force; null means unlimited.</summary>
public sealed record LimitsResource(long? MemoryBytes, double? Cpus, int? Pids);

/// <summary>A container after an act, and whether the act changed anything.</summary>
public sealed record TransitionResource(ContainerResource Container, bool Changed);

/// <summary>One page of containers.</summary>
public sealed record ContainerPage(IReadOnlyList<ContainerResource> Items, string? NextCursor);

/// <summary>The body of <c>POST /containers</c>. Unknown fields are ignored.</summary>
public sealed record CreateContainer
{
    public string? Name { get; init; }

    public string? Image { get; init; }

    /// <summary>A string, split into words, or an array of words.</summary>
    public JsonElement? Command { get; init; }

    /// <summary>An array of "NAME=value" or an object of names and values.</summary>
    public JsonElement? Environment { get; init; }

    /// <summary>Bytes as a number, or a string such as "64m".</summary>
    public JsonElement? Memory { get; init; }

    /// <summary>A number, or a string such as "0.5".</summary>
    public JsonElement? Cpus { get; init; }

    public int? Pids { get; init; }

    /// <summary>none (the default) or host.</summary>
    public string? Network { get; init; }

    public bool? Terminal { get; init; }

    public string? WorkingDirectory { get; init; }
}

/// <summary>The body of <c>PATCH /containers/{name}</c>; what is absent stays as it is.</summary>
public sealed record PatchContainer
{
    public string? Name { get; init; }

    public JsonElement? Memory { get; init; }

    public JsonElement? Cpus { get; init; }

    public int? Pids { get; init; }
}

/// <summary>What a running container uses; <c>GET /containers/{name}/stats</c>.</summary>
public sealed record StatsResource(
    DateTimeOffset Time, double Cpus, long CpuTimeMs, long MemoryBytes, int Pids, LimitsResource Limits);

/// <summary>One line of output as NDJSON and server-sent events carry it.</summary>
public sealed record LogLineResource(DateTimeOffset Time, string Stream, string Text, bool Partial);

/// <summary>A single-use link that signs a browser in.</summary>
public sealed record SignInLink(string Url, DateTimeOffset ExpiresAt);

/// <summary>What <c>GET /health</c> answers.</summary>
public sealed record HealthResource(string Status, string Version);

/// <summary>RFC 9457 problem details with the fields that MiniRun adds.</summary>
public sealed record ProblemResource
{
    public string? Type { get; init; }

    public string? Title { get; init; }

    public int? Status { get; init; }

    public string? Detail { get; init; }

    public string? Instance { get; init; }

    public string? Code { get; init; }

    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public int? Step { get; init; }

    public int? Steps { get; init; }

    public string? Syscall { get; init; }

    public string? Errno { get; init; }

    public string? Path { get; init; }

    public string? Hint { get; init; }
}

/// <summary>How the contract types are written as JSON, on both sides.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerResource))]
[JsonSerializable(typeof(TransitionResource))]
[JsonSerializable(typeof(ContainerPage))]
[JsonSerializable(typeof(CreateContainer))]
[JsonSerializable(typeof(PatchContainer))]
[JsonSerializable(typeof(StatsResource))]
[JsonSerializable(typeof(LogLineResource))]
[JsonSerializable(typeof(SignInLink))]
[JsonSerializable(typeof(HealthResource))]
[JsonSerializable(typeof(ProblemResource))]
[JsonSerializable(typeof(ApiResource))]
[JsonSerializable(typeof(ImagePage))]
[JsonSerializable(typeof(StatsHistory))]
[JsonSerializable(typeof(ProcessPage))]
[JsonSerializable(typeof(TimelineResource))]
[JsonSerializable(typeof(HostResource))]
[JsonSerializable(typeof(DemoPage))]
[JsonSerializable(typeof(DemoFactResource))]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(AttachControl))]
[JsonSerializable(typeof(AttachNotice))]
public sealed partial class ApiJson : JsonSerializerContext;
