namespace MiniRun.Runtime.Spec;

/// <summary>What the floors above decide about the document of <c>features</c>; the rest is known from what the readers take.</summary>
sealed record RuntimeFeatures
{
    /// <summary>Names that options of mounts may have, without those that are handed to a filesystem.</summary>
    public required IReadOnlyList<string> MountOptions { get; init; }

    /// <summary>SCMP_ARCH_* that a seccomp program can be made for.</summary>
    public required IReadOnlyList<string> SeccompArchitectures { get; init; }

    /// <summary>SECCOMP_FILTER_FLAG_* that are applied.</summary>
    public required IReadOnlyList<string> SeccompFlags { get; init; }

    /// <summary>Whether systemd can be asked for cgroups, and the user's own systemd.</summary>
    public bool Systemd { get; init; }

    public bool SystemdUser { get; init; }

    /// <summary>About the runtime itself, such as its version.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations of config.json that change what the runtime does; one that ends with a dot is a prefix.</summary>
    public IReadOnlyList<string> UnsafeAnnotations { get; init; } = [];
}
