using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>kill ID [SIGNAL]</c>: sends a signal to the container's first process, or with <c>--all</c> to every process of it.</summary>
static class KillVerb
{
    public static readonly string[] Options = ["--all,-a"];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        var (id, text) = arguments.Words switch
        {
            [var only] => (only, "TERM"),
            [var first, var second] => (first, second),
            [] => throw new UsageException("ID: is missing"),
            _ => throw new UsageException($"{arguments.Words[2]}: is one word too many"),
        };
        var signal = Signals.Parse(text) ?? throw new UsageException($"unknown signal \"{text}\"; use a number from 1 to {Signals.Count} or a name such as SIGTERM");
        using var container = global.OpenContainer(id);
        if (container.IsCreating)
        {
            throw new UnknownContainerException($"container \"{id}\" is being created and cannot be signalled; end whoever creates it, or use delete --force");
        }

        if (signal == Signals.Kill)
        {
            Kill(container, arguments.Has("--all"));
        }
        else if (arguments.Has("--all"))
        {
            var cgroup = container.Cgroup(GlobalOptions.DetectCgroups())
                ?? throw new UnknownContainerException($"--all: container \"{id}\" has no cgroup, so only its first process is known; leave --all out to reach that");
            Send(cgroup.AllMembers(), signal);
        }
        else
        {
            Send(container, signal);
        }

        return 0;
    }

    static void Kill(StoredContainer container, bool all)
    {
        var cgroup = container.Cgroup(GlobalOptions.DetectCgroups());
        // Without a pid namespace of its own its processes do not end with the first one.
        if (cgroup is not null && (all || (container.Record is not null && !container.Config.Linux.Has("pid"))))
        {
            cgroup.Kill();
            return;
        }

        Send(container, Signals.Kill);
        // A freezer of v1 would hold the killed.
        if (cgroup?.IsFrozen() == true)
        {
            cgroup.Thaw();
        }
    }

    static void Send(StoredContainer container, int signal)
    {
        using var process = container.OpenProcess();
        if (!Processes.Signal(process, signal))
        {
            throw new UnknownContainerException($"container \"{container.Id}\" is not running");
        }
    }

    static void Send(IReadOnlyList<int> pids, int signal)
    {
        foreach (var pid in pids)
        {
            try
            {
                using var process = Processes.OpenPidFd(pid);
                Processes.Signal(process, signal);
            }
            catch (KernelException e) when (e.Errno is Errno.ESRCH)
            {
                // It ended by itself meanwhile.
            }
        }
    }
}
