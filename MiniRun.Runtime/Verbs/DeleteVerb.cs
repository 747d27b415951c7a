using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Hooks;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>delete ID</c>: removes what is left of a container; with <c>--force</c> also one that runs.</summary>
static class DeleteVerb
{
    public static readonly string[] Options = ["--force,-f"];

    /// <summary>How long the kernel may take to end a killed process, in milliseconds: one in uninterruptible sleep takes its time.</summary>
    const int Patience = 10_000;

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        var id = arguments.Positional("ID");
        var force = arguments.Has("--force");
        using var root = global.OpenRoot();
        using var container = StoredContainer.TryOpen(root, id);
        if (container is null)
        {
            return force ? 0 : throw new UnknownContainerException($"container \"{id}\" does not exist");
        }

        var layout = GlobalOptions.DetectCgroups();
        var status = container.Status(layout);
        if (!force && status is ContainerStatus.Running or ContainerStatus.Paused)
        {
            throw new UnknownContainerException($"cannot delete container {id} that is not stopped: {status.InWords()}");
        }

        var cgroup = container.Cgroup(layout);
        if (status is not ContainerStatus.Stopped)
        {
            End(container, cgroup);
        }

        if (!CgroupRemoval.Force(cgroup))
        {
            throw new UnknownContainerException($"the cgroup of container {id} cannot be removed: a process in it does not end; try again later");
        }

        if (container.Record is { HasResctrl: true } && container.Config.Linux.IntelRdt is { } rdt)
        {
            ResctrlGroup.Remove(rdt, id, ResctrlGroup.UsualRoot);
        }

        var hooks = container.Record is { HasPoststop: true } record ? new ContainerHooks(id, record.Bundle, container.Config) : null;
        root.DeleteTree(id);
        foreach (var problem in hooks?.Poststop() ?? [])
        {
            ErrorLog.Warn(global, problem);
        }

        return 0;
    }

    static void End(StoredContainer container, ContainerCgroup? cgroup)
    {
        if (container.Record is null || !container.Record.IsProcessAlive())
        {
            return;
        }

        using var process = container.OpenProcess();
        Processes.Signal(process, Signals.Kill);
        if (cgroup?.IsFrozen() == true)
        {
            cgroup.Thaw();
        }

        if (!Processes.Await(process, Patience))
        {
            throw new UnknownContainerException($"the first process of container {container.Id} does not end although it was killed; try again later");
        }
    }
}
