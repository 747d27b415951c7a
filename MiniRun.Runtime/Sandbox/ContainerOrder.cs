using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>What a container's process is connected to.</summary>
/// <param name="Standard">Descriptors that become 0, 1 and 2; null leaves the caller's.</param>
/// <param name="Terminal">The terminal's peer and its devpts instance.</param>
readonly record struct ProcessStreams((int Input, int Output, int Error)? Standard, (int Peer, int Instance)? Terminal);

/// <summary>Which container shall be started, and how it is connected to whoever starts it.</summary>
sealed record ContainerOrder
{
    public required string Id { get; init; }

    /// <summary>The bundle's absolute path.</summary>
    public required string Bundle { get; init; }

    public required RuntimeConfig Config { get; init; }

    /// <summary>root.path, absolute.</summary>
    public required string RootPath { get; init; }

    public ProcessStreams Streams { get; init; }

    public required CgroupLayout Layout { get; init; }

    /// <summary>The path of its cgroup below each hierarchy, which is made for it; null leaves the process in the caller's.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>The scope in which systemd makes the cgroup, at that path; null lets the runtime make it.</summary>
    public ContainerScope? Scope { get; init; }

    /// <summary>Whether a limit that this host cannot enforce is an error; otherwise it becomes a warning of the cgroup.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Where the launch stays readable; null keeps it in memory.</summary>
    public Folder? Records { get; init; }

    /// <summary>A descriptor on which the complete container waits for <c>start</c>; null starts its program at once.</summary>
    public int? StartGate { get; init; }

    /// <summary>The filter of its system calls; null allows all.</summary>
    public SeccompProgram? Filter { get; init; }

    public int PreservedDescriptors { get; init; }

    /// <summary>Whether the container keeps the caller's session keyring.</summary>
    public bool KeepsKeyring { get; init; }

    /// <summary>Whether the root is moved instead of pivoted, for hosts that run from a ramdisk.</summary>
    public bool MovesRoot { get; init; }

    /// <summary>Called with the pid before the program can start, so that nobody runs unrecorded.</summary>
    public required Action<int> Record { get; init; }
}
