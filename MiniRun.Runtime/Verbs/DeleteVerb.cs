using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Hooks;
using MiniRun.Runtime.Spec;

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
        ContainerId.Check(id);
        using var root = global.TryOpenRoot();
        using var container = root is null ? null : StoredContainer.TryOpen(root, id, orWreck: force);
        if (container is null)
        {
            return force ? 0 : throw new UnknownContainerException($"container \"{id}\" does not exist");
        }

        var layout = GlobalOptions.DetectCgroups();
        var status = container.Status(layout);
        if (!force && status is ContainerStatus.Creating or ContainerStatus.Running or ContainerStatus.Paused)
        {
            throw new UnknownContainerException($"cannot delete container {id} that is not stopped: it is {status.InWords()}; stop it, or use --force");
        }

        Destroy(global, layout, root!, container);
        return 0;
    }

    /// <summary>Ends what still runs of it, undoes what its creation made, and runs the hooks that come after (runtime.md, "Lifecycle",
    /// steps 12 and 13).</summary>
    /// <exception cref="UnknownContainerException">A process of it does not end.</exception>
    public static void Destroy(GlobalOptions global, CgroupLayout layout, Folder root, StoredContainer container)
    {
        if (container.Record is null)
        {
            RemoveCgroupOfWreck(global, container, layout);
        }
        else
        {
            End(global, container, layout);
        }

        if (container.Record is { HasResctrl: true } && container.Config.Linux.IntelRdt is { } rdt)
        {
            ResctrlGroup.Remove(rdt, container.Id, ResctrlGroup.UsualRoot);
        }

        var hooks = container.Record is { HasPoststop: true } record ? new ContainerHooks(container.Id, record.Bundle, container.Config) : null;
        root.DeleteTree(container.Id);
        foreach (var problem in hooks?.Poststop() ?? [])
        {
            ErrorLog.Warn(global, problem);
        }
    }

    /// <summary>Ends every process of it, and removes its cgroup.</summary>
    static void End(GlobalOptions global, StoredContainer container, CgroupLayout layout)
    {
        var cgroup = container.Cgroup(layout);
        using var process = container.TryOpenProcess();
        if (process is not null)
        {
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

        if (!CgroupRemoval.Force(cgroup))
        {
            throw new UnknownContainerException($"the cgroup of container {container.Id} cannot be removed: a process in it does not end; try again later");
        }

        Warn(global, cgroup);
    }

    /// <summary>Whoever created it was killed before it wrote down what it had made. What was to become the container has died with
    /// it; only an empty cgroup can be left, and one that has processes is somebody else's.</summary>
    static void RemoveCgroupOfWreck(GlobalOptions global, StoredContainer container, CgroupLayout layout)
    {
        if (container.TryReadConfig() is not { } config)
        {
            return;
        }

        Remove(global, container, ContainerCgroup.Find(layout, Creation.CgroupPlaceOf(config, container.Id)));
        if (ScopeOfWreck(global, config, container.Id) is { } scope)
        {
            Remove(global, container, ContainerCgroup.Find(layout, scope.Place.Path, scope));
        }
    }

    static void Remove(GlobalOptions global, StoredContainer wreck, ContainerCgroup cgroup)
    {
        if (CgroupRemoval.Await(cgroup))
        {
            // systemd would wait for ever for the end of a process that had ended before it came into its scope.
            CgroupRemoval.EndScope(cgroup);
            Warn(global, cgroup);
        }
        else
        {
            ErrorLog.Warn(global, $"the cgroup {cgroup.Path} has processes and is left as it is: the state of container {wreck.Id} does not say that they are its own");
        }
    }

    /// <summary>The scope that it would have had; null when its path, which alone can tell, is none of systemd's.</summary>
    static ContainerScope? ScopeOfWreck(GlobalOptions global, RuntimeConfig config, string id)
    {
        var path = config.Linux.CgroupsPath;
        if (!global.BySystemd && path?.Split(':').Length != 3)
        {
            return null;
        }

        try
        {
            var scope = ContainerScope.For(path, id);
            return ContainerScope.At(scope.Place.Path);
        }
        catch (CgroupException)
        {
            // With such a path, or without systemd, nothing was made.
            return null;
        }
    }

    static void Warn(GlobalOptions global, ContainerCgroup? cgroup)
    {
        foreach (var warning in cgroup?.Warnings ?? [])
        {
            ErrorLog.Warn(global, warning);
        }
    }
}
