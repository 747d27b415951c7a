using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Everything outside config.json that a launch plan depends on. With the same settings the same plan is written.</summary>
sealed record LaunchSettings
{
    public required RuntimeConfig Config { get; init; }

    /// <summary>root.path as an absolute host path.</summary>
    public required string RootPath { get; init; }

    /// <summary>Where relative sources of bind mounts begin.</summary>
    public string BundlePath { get; init; } = "";

    /// <summary>Mounts that the parent has made, detached, by their index in the configuration; -1 is the root.</summary>
    public IReadOnlyDictionary<int, int> PreparedMounts { get; init; } = new Dictionary<int, int>();

    /// <summary>The host's device nodes, as detached mounts that the parent has made, by their path in the container.</summary>
    public IReadOnlyDictionary<string, int> PreparedDevices { get; init; } = new Dictionary<string, int>();

    /// <summary>The child's end of the pair on which it waits for the parent, and the parent's end that it must drop.</summary>
    public required (int Child, int Parent) Sync { get; init; }

    /// <summary>What becomes descriptors 0, 1 and 2; null leaves the caller's.</summary>
    public (int Input, int Output, int Error)? Standard { get; init; }

    /// <summary>The terminal's peer and the devpts instance that it belongs to.</summary>
    public (int Peer, int Instance)? Terminal { get; init; }

    /// <summary>The signals that the launcher ignores, bit n for signal n + 1.</summary>
    public required ulong IgnoredSignals { get; init; }

    /// <summary>The host's cgroups, for the container's view of its own.</summary>
    public required CgroupLayout Cgroups { get; init; }

    /// <summary>The container's cgroup below each hierarchy's root; null when it has none.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>The capabilities that this kernel has and that this process may give, as a mask.</summary>
    public required ulong GrantableCapabilities { get; init; }

    /// <summary>Whether a bind mount's source is a directory.</summary>
    public required Func<string, bool> IsFolder { get; init; }
}
