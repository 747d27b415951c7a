using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>pause ID</c> and <c>resume ID</c>: stop every process of a container where it is, and let it go on.</summary>
static class PauseVerb
{
    public static int Pause(GlobalOptions global, Arguments arguments)
    {
        using var container = global.OpenContainer(arguments.Positional("ID"));
        var layout = GlobalOptions.DetectCgroups();
        var status = container.Status(layout);
        if (status is not ContainerStatus.Running)
        {
            // One that is created would stand still for start as well, which would wait for it.
            throw new UnknownContainerException($"container \"{container.Id}\" cannot be paused: it is {status.InWords()}, not running");
        }

        Cgroup(container, layout).Freeze();
        return 0;
    }

    public static int Resume(GlobalOptions global, Arguments arguments)
    {
        using var container = global.OpenContainer(arguments.Positional("ID"));
        var cgroup = Cgroup(container, GlobalOptions.DetectCgroups());
        if (!cgroup.IsFrozen())
        {
            throw new UnknownContainerException($"container \"{container.Id}\" is not paused");
        }

        cgroup.Thaw();
        return 0;
    }

    static ContainerCgroup Cgroup(StoredContainer container, CgroupLayout layout) =>
        container.Cgroup(layout) is { } cgroup && cgroup.Exists()
            ? cgroup
            : throw new UnknownContainerException($"container \"{container.Id}\" has no cgroup, and only the kernel's freezer can pause it");
}
