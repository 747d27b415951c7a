using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>What a person can do with a container by one button.</summary>
public enum ContainerAct
{
    Start,
    Stop,
    Restart,
    Kill,
    Delete,
}

static class ContainerActRules
{
    /// <summary>Whether the container's state allows the act.</summary>
    public static bool Allows(this ContainerState state, ContainerAct act) => act switch
    {
        ContainerAct.Start => state is ContainerState.Created or ContainerState.Exited,
        ContainerAct.Stop => state is ContainerState.Running,
        ContainerAct.Restart => state is ContainerState.Running or ContainerState.Exited,
        ContainerAct.Kill => state is ContainerState.Starting or ContainerState.Running or ContainerState.Stopping,
        ContainerAct.Delete => state is not ContainerState.Deleting,
        _ => false,
    };

    /// <summary>What the row says while the act is under way.</summary>
    public static string BusyText(this ContainerAct act) => act switch
    {
        ContainerAct.Start => "starting…",
        ContainerAct.Stop => "stopping…",
        ContainerAct.Restart => "restarting…",
        ContainerAct.Kill => "killing…",
        _ => "deleting…",
    };
}
