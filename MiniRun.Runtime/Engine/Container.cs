namespace MiniRun.Runtime.Engine;

/// <summary>A container as everybody outside the engine sees it: what it shall be and what it is.</summary>
public sealed record Container(ContainerDefinition Definition, ContainerStatus Status)
{
    public string Id => Definition.Id;

    public string Name => Definition.Name;
}

/// <summary>What a container shall be. The engine alone writes it; each change raises <see cref="Revision"/>.</summary>
public sealed record ContainerDefinition
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Unique on this host; the rule is <see cref="ContainerName"/>.</summary>
    public required string Name { get; init; }

    public required string Image { get; init; }

    /// <summary>The program and its arguments, already split into words.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>NAME=value, in the order given; PATH, HOME, TERM and HOSTNAME are added at the start.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    public required ContainerLimits Limits { get; init; }

    public NetworkMode Network { get; init; } = NetworkMode.None;

    /// <summary>Whether the console is a terminal (PTY) or three pipes.</summary>
    public bool Terminal { get; init; }

    /// <summary>An absolute path inside the container.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Starts at 1; the strong ETag of the REST API.</summary>
    public int Revision { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The limits of a container; null means unlimited.</summary>
/// <param name="MemoryBytes">At least <see cref="MinimumMemoryBytes"/>; swap is not granted on top of it.</param>
/// <param name="Cpus">In units of one CPU, at least <see cref="MinimumCpus"/>.</param>
/// <param name="Pids">Processes and threads together, at least 1.</param>
public sealed record ContainerLimits(long? MemoryBytes, double? Cpus, int? Pids)
{
    /// <summary>Below 4 MiB a shell and its libraries do not fit.</summary>
    public const long MinimumMemoryBytes = 4 << 20;

    /// <summary>The kernel grants no less than 1 ms in a period of 100 ms.</summary>
    public const double MinimumCpus = 0.01;

    /// <summary>What a container gets that asks for nothing: 512 MiB, half a CPU, 2048 processes.</summary>
    public static ContainerLimits Default { get; } = new(512L << 20, 0.5, 2048);
}

public enum NetworkMode
{
    /// <summary>A network of its own with nothing but loopback.</summary>
    None,

    /// <summary>The host's network, unprotected.</summary>
    Host,
}

public enum ContainerState
{
    Created,
    Starting,
    Running,
    Stopping,
    Exited,

    /// <summary>What is on disk or in the kernel contradicts itself; <see cref="ContainerStatus.Error"/> says how.</summary>
    Broken,
    Deleting,
}

/// <summary>What a container is right now.</summary>
public sealed record ContainerStatus
{
    public required ContainerState State { get; init; }

    /// <summary>The first process as the host numbers it, while it runs.</summary>
    public int? Pid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>0 to 255; 128 + signal when a signal ended it, 255 when the exit code was lost with its monitor.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>Whether the kernel killed a process of the container for want of memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>Why the last start failed or the state is broken, in one sentence.</summary>
    public string? Error { get; init; }

    /// <summary>What the host could not grant, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public bool IsAlive => State is ContainerState.Starting or ContainerState.Running or ContainerState.Stopping;
}

/// <summary>The container after an act, and whether the act changed anything.</summary>
public sealed record Transition(Container Container, bool Changed);
