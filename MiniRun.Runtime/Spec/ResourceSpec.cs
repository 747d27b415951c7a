namespace MiniRun.Runtime.Spec;

/// <summary>config-linux.md, "Control groups"; null means no limit is set.</summary>
sealed class ResourceSpec
{
    /// <summary>In order: the last rule that fits a device decides. Empty leaves every device allowed but for the runtime's own rules.</summary>
    public List<DeviceRule> Devices { get; set; } = [];

    /// <summary>Bytes; -1 is unlimited.</summary>
    public long? MemoryLimit { get; set; }

    /// <summary>Bytes that stay when memory is short; -1 is unlimited.</summary>
    public long? MemoryReservation { get; set; }

    /// <summary>Bytes of memory and swap together; -1 is unlimited.</summary>
    public long? MemorySwap { get; set; }

    /// <summary>0 to 100; v1 alone has it.</summary>
    public ulong? MemorySwappiness { get; set; }

    public bool? DisableOomKiller { get; set; }

    /// <summary>v1: whether the memory of child cgroups counts.</summary>
    public bool? UseHierarchy { get; set; }

    /// <summary>A limit below what is in use is refused instead of making the kernel kill.</summary>
    public bool CheckBeforeUpdate { get; set; }

    /// <summary>Microseconds of CPU time in a period; -1 is unlimited.</summary>
    public long? CpuQuota { get; set; }

    /// <summary>Microseconds.</summary>
    public ulong? CpuPeriod { get; set; }

    /// <summary>Microseconds that may be used beyond the quota after a pause.</summary>
    public ulong? CpuBurst { get; set; }

    /// <summary>2 to 262144; 1024 is usual.</summary>
    public ulong? CpuShares { get; set; }

    /// <summary>Microseconds of real-time scheduling in a period; v1 alone has it, as the next.</summary>
    public long? CpuRealtimeRuntime { get; set; }

    public ulong? CpuRealtimePeriod { get; set; }

    /// <summary>1 runs only when nobody else wants to; 0 is usual.</summary>
    public long? CpuIdle { get; set; }

    /// <summary>A list such as "0-2,4"; null leaves all.</summary>
    public string? Cpus { get; set; }

    /// <summary>A list of memory nodes; null leaves all.</summary>
    public string? MemoryNodes { get; set; }

    /// <summary>-1 is unlimited, 0 allows the first process alone.</summary>
    public long? PidsLimit { get; set; }

    public BlockIoSpec? BlockIo { get; set; }

    public List<HugePageLimit> HugePageLimits { get; set; } = [];

    public NetworkClassSpec? Network { get; set; }

    /// <summary>Limits by RDMA device.</summary>
    public Dictionary<string, RdmaLimit> Rdma { get; set; } = [];

    /// <summary>Files of cgroup v2 and what is written to them, after everything else.</summary>
    public Dictionary<string, string> Unified { get; set; } = [];
}

/// <param name="Type">a (all), c or b.</param>
/// <param name="Major">Null for every number, as the next.</param>
/// <param name="Access">Some of r, w and m.</param>
readonly record struct DeviceRule(bool Allow, char Type, long? Major, long? Minor, string Access);

/// <summary>config-linux.md, "Block IO"; weights are 10 to 1000.</summary>
sealed class BlockIoSpec
{
    public ulong? Weight { get; set; }

    public ulong? LeafWeight { get; set; }

    public List<DeviceWeight> DeviceWeights { get; set; } = [];

    /// <summary>Bytes a second.</summary>
    public List<DeviceThrottle> ReadBytes { get; set; } = [];

    public List<DeviceThrottle> WriteBytes { get; set; } = [];

    /// <summary>Operations a second.</summary>
    public List<DeviceThrottle> ReadOperations { get; set; } = [];

    public List<DeviceThrottle> WriteOperations { get; set; } = [];
}

readonly record struct DeviceWeight(long Major, long Minor, ulong? Weight, ulong? LeafWeight);

readonly record struct DeviceThrottle(long Major, long Minor, ulong Rate);

/// <param name="PageSize">Such as "2MB", as in the names of the kernel's files.</param>
/// <param name="Limit">Bytes.</param>
readonly record struct HugePageLimit(string PageSize, ulong Limit);

/// <summary>v1's net_cls and net_prio.</summary>
/// <param name="Priorities">By network interface.</param>
sealed record NetworkClassSpec(uint? ClassId, IReadOnlyDictionary<string, uint> Priorities);

readonly record struct RdmaLimit(uint? Handles, uint? Objects);
