using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Hooks;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>start ID</c>: runs the program of a created container.</summary>
static class StartVerb
{
    /// <summary>How often a container that does not come on is looked at, in milliseconds.</summary>
    const int Look = 500;

    /// <summary>How often it is looked at in vain: half a minute. Then its disk does not answer, or somebody has stopped it.</summary>
    const int MostLooks = 60;

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        using var container = global.OpenContainer(arguments.Positional("ID"));
        using var gate = StartGate.TryFind(container.Folder);
        if (gate is null || container.IsCreating)
        {
            throw new UnknownContainerException($"cannot start container \"{container.Id}\": it is {container.Status().InWords()}, not created");
        }

        var record = container.Record;
        // Parsing the configuration costs a tenth of a millisecond, and few containers have hooks.
        var hooks = record.HasStartHooks ? new ContainerHooks(container.Id, record.Bundle, container.Config) : null;
        if (hooks is not null)
        {
            using var process = new LaunchedProcess(record.Pid, container.OpenProcess());
            OrDestroy(global, container, () => hooks.StartContainer(process));
        }

        gate.Release();
        AwaitPassage(container, gate);
        RequireExecuted(container);
        if (hooks is not null)
        {
            OrDestroy(global, container, () => hooks.Poststart(record.Pid));
        }

        return 0;
    }

    static void AwaitPassage(StoredContainer container, StartGate gate)
    {
        for (var look = 0; !gate.AwaitPassage(Look); look++)
        {
            if (container.Cgroup(GlobalOptions.DetectCgroups())?.IsFrozen() == true)
            {
                throw new UnknownContainerException($"container \"{container.Id}\" is paused, and starts its program once it is resumed");
            }

            if (look == MostLooks)
            {
                throw new UnknownContainerException(
                    $"container \"{container.Id}\" did not start its program within {Look * MostLooks / 1000} s: /proc/{container.Record!.Pid}/status and /stack say what it waits for");
            }
        }
    }

    /// <summary>What the container left in its launch says whether its program runs, or which step failed.</summary>
    static unsafe void RequireExecuted(StoredContainer container)
    {
        using var memory = LaunchMemory.Open(container.Folder, forWriting: true);
        if (memory is null)
        {
            return;
        }

        if (memory.Header->HasExecuted(memory.Records))
        {
            memory.Header->StartedAt = Clock.Monotonic();
        }
        else
        {
            using var plan = new LaunchPlan(memory);
            AwaitReaping(container);
            throw LaunchException.From(plan);
        }
    }

    /// <summary>Whoever is the parent of the container's process shall know of its end before the caller hears of the failure: the
    /// shim of containerd refuses to delete what it believes to be alive. Not every parent reaps, so it is not waited for long.</summary>
    static void AwaitReaping(StoredContainer container)
    {
        const int Patience = 50;
        const uint Pause = 10_000;
        for (var look = 0; look < Patience && IsThere(container.Record!.Pid); look++)
        {
            Waiting.Pause(Pause);
        }
    }

    static bool IsThere(int pid)
    {
        try
        {
            using var process = Processes.OpenPidFd(pid);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.ESRCH)
        {
            return false;
        }
    }

    /// <summary>A container whose hook fails is stopped and destroyed as if it was deleted (runtime.md, "Lifecycle": from step 7 or 9
    /// on with step 12). Until specification 1.3 a failure of poststart was no more than a warning.</summary>
    static void OrDestroy(GlobalOptions global, StoredContainer container, Action hook)
    {
        try
        {
            hook();
        }
        catch (HookException)
        {
            try
            {
                using var root = global.OpenRoot();
                DeleteVerb.Destroy(global, GlobalOptions.DetectCgroups(), root, container);
            }
            catch (UnknownContainerException e)
            {
                // What went wrong first is what the caller must hear of.
                ErrorLog.Warn(global, e.Message);
            }

            AwaitReaping(container);
            throw;
        }
    }
}
