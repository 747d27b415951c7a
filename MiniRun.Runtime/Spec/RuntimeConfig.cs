namespace MiniRun.Runtime.Spec;

/// <summary>config.json of an OCI bundle (runtime-spec 1.3, config.md), as far as this runtime applies it.</summary>
sealed class RuntimeConfig
{
    public string OciVersion { get; set; } = "";

    public ProcessSpec Process { get; set; } = new();

    public RootSpec Root { get; set; } = new();

    public string? Hostname { get; set; }

    public string? Domainname { get; set; }

    public List<MountSpec> Mounts { get; set; } = [];

    public LinuxSpec Linux { get; set; } = new();
}

/// <summary>config.md, "Process".</summary>
sealed class ProcessSpec
{
    public bool Terminal { get; set; }

    /// <summary>Columns and rows of the terminal; 0 leaves them to the kernel.</summary>
    public (int Columns, int Rows) ConsoleSize { get; set; }

    public UserSpec User { get; set; } = new();

    public List<string> Arguments { get; set; } = [];

    public List<string> Environment { get; set; } = [];

    public string WorkingDirectory { get; set; } = "/";

    public CapabilitySpec? Capabilities { get; set; }

    public List<RlimitSpec> Rlimits { get; set; } = [];

    public bool NoNewPrivileges { get; set; }

    /// <summary>-1000 to 1000.</summary>
    public int? OomScoreAdjustment { get; set; }
}

sealed class UserSpec
{
    public uint Uid { get; set; }

    public uint Gid { get; set; }

    public List<uint> AdditionalGids { get; set; } = [];

    /// <summary>Permission bits; null leaves 022.</summary>
    public int? Umask { get; set; }
}

/// <summary>The five sets of capabilities(7) as bit masks, bit n for capability number n.</summary>
sealed class CapabilitySpec
{
    public ulong Bounding { get; set; }

    public ulong Effective { get; set; }

    public ulong Permitted { get; set; }

    public ulong Inheritable { get; set; }

    public ulong Ambient { get; set; }
}

/// <summary>One resource limit of setrlimit(2).</summary>
readonly record struct RlimitSpec(int Resource, ulong Soft, ulong Hard);

sealed class RootSpec
{
    /// <summary>Absolute, or relative to the bundle.</summary>
    public string Path { get; set; } = "";

    public bool ReadOnly { get; set; }
}

/// <summary>config.md, "Mounts". A mount on <c>/</c> of type <c>overlay</c> is the root itself, made in the container's own mount namespace.</summary>
sealed class MountSpec
{
    public string Destination { get; set; } = "";

    public string Type { get; set; } = "";

    public string Source { get; set; } = "";

    public List<string> Options { get; set; } = [];
}

/// <summary>config-linux.md.</summary>
sealed class LinuxSpec
{
    public List<NamespaceSpec> Namespaces { get; set; } = [];

    /// <summary>Relative paths lie below the runtime's own parent; null lets the runtime choose.</summary>
    public string? CgroupsPath { get; set; }

    public ResourceSpec Resources { get; set; } = new();

    public List<string> MaskedPaths { get; set; } = [];

    public List<string> ReadOnlyPaths { get; set; } = [];

    public bool Has(string type) => Namespaces.Exists(n => n.Type == type);
}

/// <param name="Type">pid, network, mount, ipc, uts or cgroup.</param>
/// <param name="Path">A namespace to join; null makes a new one.</param>
readonly record struct NamespaceSpec(string Type, string? Path);

/// <summary>config-linux.md, "Control groups"; null means no limit is set.</summary>
sealed class ResourceSpec
{
    /// <summary>Bytes; -1 is unlimited.</summary>
    public long? MemoryLimit { get; set; }

    /// <summary>Bytes of memory and swap together; -1 is unlimited.</summary>
    public long? MemorySwap { get; set; }

    /// <summary>Microseconds of CPU time in a period; -1 is unlimited.</summary>
    public long? CpuQuota { get; set; }

    /// <summary>Microseconds.</summary>
    public ulong? CpuPeriod { get; set; }

    /// <summary>2 to 262144; 1024 is usual.</summary>
    public ulong? CpuShares { get; set; }

    /// <summary>-1 is unlimited.</summary>
    public long? PidsLimit { get; set; }
}
