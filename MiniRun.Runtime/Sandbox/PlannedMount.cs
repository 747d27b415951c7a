using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A mount of config.json on its way into a plan.</summary>
sealed class PlannedMount(int index, MountSpec spec)
{
    public int Index => index;

    public MountSpec Spec => spec;

    /// <summary>Where it stands in config.json.</summary>
    public string Path { get; } = $"$.mounts[{index}]";

    public MountOptions Options { get; } = MountOptions.Parse(spec, $"$.mounts[{index}]");

    /// <summary>Its destination as a clean path.</summary>
    public string Place { get; } = ContainerPath.Clean(spec.Destination);

    /// <summary>The parent has made it, detached.</summary>
    public bool IsPrepared { get; init; }

    /// <summary>What the host mounts below the source later shall appear below the copy too.</summary>
    public bool FollowsItsSource => Options.Propagations.Exists(propagation => propagation.Kind is MountApi.Slave or MountApi.Shared);

    /// <summary>What was made of it while the host's files could still be reached; null when it is made at its place in the list.</summary>
    public PlanDescriptor? Held { get; set; }

    /// <summary>The root itself: an overlay that the container makes in its own mount namespace.</summary>
    public bool IsRoot => Place is "/" && !Options.IsRemount;

    public bool IsCgroup => Spec.Type is "cgroup" or "cgroup2" && !Options.IsBind && !Options.IsRemount;

    /// <summary>A new filesystem of a type.</summary>
    public bool Is(string type) => Spec.Type == type && !Options.IsBind && !Options.IsRemount;

    /// <summary>A /dev that is the container's alone.</summary>
    public bool IsOwnDev => Place is "/dev" && (Is("tmpfs") || Is("ramfs"));

    /// <summary>Its files' owners are shown through a mapping. Older configurations give the mapping without the option.</summary>
    public bool IsIdMapped => Options.IsIdMapped || Spec.UidMappings.Count + Spec.GidMappings.Count > 0;

    /// <summary>A quick look, before the options are read.</summary>
    public static bool MayBeIdMapped(MountSpec spec) =>
        spec.UidMappings.Count + spec.GidMappings.Count > 0 || spec.Options.Contains("idmap") || spec.Options.Contains("ridmap");

    /// <summary>The source of a bind mount on the host; a relative one lies below the bundle.</summary>
    public string SourcePath(string bundle) => Spec.Source switch
    {
        "" => throw new SpecException(Path + ".source", "is missing"),
        ['/', ..] => Spec.Source,
        _ => $"{bundle}/{Spec.Source}",
    };

    /// <summary>What lies below it is the kernel's, so that a mount there is meant and no link of the image led to it.</summary>
    public bool ShowsKernelFiles =>
        Options.IsBind
            ? Spec.Source is "/" || IsBelowOneOf(ContainerPath.Clean(Spec.Source), "/proc", "/sys", "/dev")
            : Spec.Type is "proc" or "sysfs" or "cgroup" or "cgroup2" or "devpts";

    static bool IsBelowOneOf(string path, params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders)
        {
            if (ContainerPath.IsAtOrBelow(path, folder))
            {
                return true;
            }
        }

        return false;
    }
}
