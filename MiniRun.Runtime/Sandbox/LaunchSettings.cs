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

    /// <summary>Whether the runtime itself runs in a user namespace, such as that of a container.</summary>
    public bool IsNested { get; init; }

    /// <summary>The limits on open files that the container inherits.</summary>
    public (ulong Soft, ulong Hard) OpenFiles { get; init; } = (1024, 4096);

    /// <summary>Whether the host's kernel labels files (SELinux).</summary>
    public bool HasFileLabels { get; init; }

    /// <summary>The child's end of the pair on which it waits for the parent, and the parent's end that it must drop.</summary>
    public required (int Child, int Parent) Sync { get; init; }

    public required ProcessSettings Process { get; init; }

    /// <summary>The terminal's peer and the devpts instance that it belongs to.</summary>
    public (int Peer, int Instance)? Terminal { get; init; }

    /// <summary>The host's cgroups, for the container's view of its own.</summary>
    public required CgroupLayout Cgroups { get; init; }

    /// <summary>The container's cgroup below each hierarchy's root; null when it has none.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>Whether a bind mount's source is a directory.</summary>
    public required Func<string, bool> IsFolder { get; init; }

    /// <summary>Namespaces to join, by type.</summary>
    public IReadOnlyDictionary<string, int> JoinedNamespaces { get; init; } = new Dictionary<string, int>();

    /// <summary>Where the container waits for <c>start</c>; null when its program starts at once.</summary>
    public int? StartGate { get; init; }

    /// <summary>Whether the root is moved instead of pivoted: a ramdisk cannot be.</summary>
    public bool MovesRoot { get; init; }

    /// <summary>Whether the parent runs hooks while the host's files are still there.</summary>
    public bool PausesBeforeRoot => Config.Hooks.Prestart.Count + Config.Hooks.CreateRuntime.Count + Config.Hooks.CreateContainer.Count > 0;

    /// <summary>Whether the parent runs hooks in the complete container.</summary>
    public bool PausesBeforeProgram => Config.Hooks.StartContainer.Count > 0;
}
