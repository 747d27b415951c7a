namespace MiniRun.Runtime.Spec;

/// <summary>config-linux.md.</summary>
sealed class LinuxSpec
{
    public List<NamespaceSpec> Namespaces { get; set; } = [];

    public List<IdMapping> UidMappings { get; set; } = [];

    public List<IdMapping> GidMappings { get; set; } = [];

    /// <summary>Of a new time namespace, by clock: <c>monotonic</c>, <c>boottime</c>.</summary>
    public Dictionary<string, TimeOffset> TimeOffsets { get; set; } = [];

    public List<DeviceSpec> Devices { get; set; } = [];

    /// <summary>Host network devices that move into the container: the name on the host, and the name inside (empty leaves it).</summary>
    public Dictionary<string, string> NetDevices { get; set; } = [];

    /// <summary>Relative paths lie below the runtime's own parent, <c>slice:prefix:name</c> is for systemd; null lets the runtime choose.</summary>
    public string? CgroupsPath { get; set; }

    public ResourceSpec Resources { get; set; } = new();

    /// <summary>Keys as <see cref="SysctlName.Normalize"/> makes them, such as <c>net.ipv4.ip_forward</c>.</summary>
    public Dictionary<string, string> Sysctl { get; set; } = [];

    /// <summary>Of a configuration made in code; one that was read has <see cref="SeccompDocument"/> instead.</summary>
    public SeccompSpec? Seccomp { get; set; }

    /// <summary>The object <c>seccomp</c> as it is in the file, for <see cref="SeccompReader"/>; null without one.</summary>
    public byte[]? SeccompDocument { get; set; }

    /// <summary>private, rprivate, shared, rshared, slave, rslave, unbindable or runbindable; empty is rprivate.</summary>
    public string RootfsPropagation { get; set; } = "";

    public List<string> MaskedPaths { get; set; } = [];

    public List<string> ReadOnlyPaths { get; set; } = [];

    /// <summary>SELinux context of the mounts; empty for none.</summary>
    public string MountLabel { get; set; } = "";

    public IntelRdtSpec? IntelRdt { get; set; }

    public MemoryPolicySpec? MemoryPolicy { get; set; }

    /// <summary>The argument of personality(2); null leaves it.</summary>
    public uint? Personality { get; set; }

    /// <summary>Whether the container has a namespace of a type that is not the caller's: a new one, or one that it joins.</summary>
    public bool Has(string type) => Namespaces.Exists(n => n.Type == type);

    /// <summary>Whether a namespace of a type is made for the container.</summary>
    public bool IsNew(string type) => Namespaces.Exists(n => n.Type == type && n.Path is null);
}

/// <param name="Type">pid, network, mount, ipc, uts, user, cgroup or time.</param>
/// <param name="Path">A namespace to join; null makes a new one.</param>
readonly record struct NamespaceSpec(string Type, string? Path);

/// <summary>How much a clock of a time namespace is ahead of the host's.</summary>
readonly record struct TimeOffset(long Seconds, uint Nanoseconds);

/// <param name="Path">In the container, absolute.</param>
/// <param name="Type">c, b, u (the same as c) or p.</param>
/// <param name="Mode">Permission bits; null is 0666.</param>
sealed record DeviceSpec(string Path, char Type, uint Major, uint Minor, int? Mode, uint? Uid, uint? Gid);

/// <summary>config-linux.md, "IntelRdt".</summary>
/// <param name="ClosId">Null is the container's id.</param>
sealed record IntelRdtSpec(string? ClosId, IReadOnlyList<string> Schemata, string? L3CacheSchema, string? MemBwSchema, bool EnableMonitoring);

/// <summary>The arguments of set_mempolicy(2).</summary>
/// <param name="Mode">MPOL_*: 0 DEFAULT, 1 PREFERRED, 2 BIND, 3 INTERLEAVE, 4 LOCAL, 5 PREFERRED_MANY, 6 WEIGHTED_INTERLEAVE.</param>
/// <param name="Nodes">Bit n for node n, lowest word first.</param>
/// <param name="Flags">MPOL_F_* bits.</param>
sealed record MemoryPolicySpec(int Mode, ulong[] Nodes, uint Flags);
