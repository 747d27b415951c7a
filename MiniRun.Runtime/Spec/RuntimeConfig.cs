namespace MiniRun.Runtime.Spec;

/// <summary>config.json of an OCI bundle (runtime-spec 1.3, config.md).</summary>
sealed class RuntimeConfig
{
    public string OciVersion { get; set; } = "";

    public ProcessSpec Process { get; set; } = new();

    public RootSpec Root { get; set; } = new();

    public string? Hostname { get; set; }

    public string? Domainname { get; set; }

    public List<MountSpec> Mounts { get; set; } = [];

    public HookSpecs Hooks { get; set; } = new();

    /// <summary>Handed on in the container's state; nothing in this runtime reads them (SECURITY R23).</summary>
    public Dictionary<string, string> Annotations { get; set; } = [];

    public LinuxSpec Linux { get; set; } = new();

    /// <summary>What the reader found odd but no reason to refuse the document, each with its path.</summary>
    public List<string> Warnings { get; set; } = [];
}

sealed class RootSpec
{
    /// <summary>Absolute, or relative to the bundle.</summary>
    public string Path { get; set; } = "";

    public bool ReadOnly { get; set; }
}

/// <summary>config.md, "Mounts". A mount on <c>/</c> of type <c>overlay</c> is the root itself, made in the container's own mount namespace.</summary>
sealed class MountSpec
{
    /// <summary>Absolute; a relative one is read as below <c>/</c>.</summary>
    public string Destination { get; set; } = "";

    public string Type { get; set; } = "";

    /// <summary>For bind mounts absolute, or relative to the bundle.</summary>
    public string Source { get; set; } = "";

    public List<string> Options { get; set; } = [];

    /// <summary>Of an idmapped mount; empty means those of the container.</summary>
    public List<IdMapping> UidMappings { get; set; } = [];

    public List<IdMapping> GidMappings { get; set; } = [];
}

/// <summary>A range of ids of a user namespace (user_namespaces(7)).</summary>
readonly record struct IdMapping(uint ContainerId, uint HostId, uint Size);
