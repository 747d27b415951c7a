namespace MiniRun.Runtime.Engine;

/// <summary>Where an engine lives. Two engines with different folders and cgroup names do not meet.</summary>
public sealed record EngineOptions
{
    /// <summary>What survives reboots (MINIRUN_HOME).</summary>
    public string Home { get; init; } = "/var/lib/minirun";

    /// <summary>What is gone after a reboot (MINIRUN_RUN).</summary>
    public string Run { get; init; } = "/run/minirun";

    /// <summary>The native <c>minirun-runtime</c> executable (MINIRUN_RUNTIME).</summary>
    public required string RuntimeBinary { get; init; }

    /// <summary>The cgroup below which every container's cgroup lies (MINIRUN_CGROUP): one path component.</summary>
    public string CgroupParent { get; init; } = "minirun";
}
