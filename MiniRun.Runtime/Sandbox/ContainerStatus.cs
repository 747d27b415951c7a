namespace MiniRun.Runtime.Sandbox;

/// <summary>The states of runtime.md, and <c>paused</c>, which every caller knows.</summary>
enum ContainerStatus
{
    Creating,
    Created,
    Running,
    Paused,
    Stopped,
}

static class ContainerStatusText
{
    /// <summary>As the specification writes it.</summary>
    public static string InWords(this ContainerStatus status) => status switch
    {
        ContainerStatus.Creating => "creating",
        ContainerStatus.Created => "created",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        _ => "stopped",
    };
}
