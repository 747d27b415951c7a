namespace MiniRun.Runtime.Engine;

/// <summary>What a client asks for when it creates a container; null means the default.</summary>
public sealed record ContainerRequest
{
    /// <summary>The rule is <see cref="ContainerName"/>; null lets the engine choose one.</summary>
    public string? Name { get; init; }

    /// <summary>Null means <c>base</c>.</summary>
    public string? Image { get; init; }

    /// <summary>Null means the image's own command.</summary>
    public Command? Command { get; init; }

    /// <summary>NAME=value.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Bytes.</summary>
    public long? MemoryBytes { get; init; }

    public double? Cpus { get; init; }

    public int? Pids { get; init; }

    public NetworkMode Network { get; init; } = NetworkMode.None;

    public bool Terminal { get; init; }

    public string? WorkingDirectory { get; init; }
}

/// <summary>A change of a container; null leaves a property as it is.</summary>
/// <remarks>Limits of a running container change at once; a new name too.</remarks>
public sealed record ContainerPatch
{
    public string? Name { get; init; }

    /// <summary>Bytes.</summary>
    public long? MemoryBytes { get; init; }

    public double? Cpus { get; init; }

    public int? Pids { get; init; }
}
