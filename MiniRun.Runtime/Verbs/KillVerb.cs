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
        // Without a pid namespace of its own its processes do not end with the first one.
        var everybody = arguments.Has("--all") || (signal == Signals.Kill && container.Record is not null && !container.Config.Linux.Has("pid"));
        if (everybody && container.Cgroup(GlobalOptions.DetectCgroups()) is { } cgroup)
        {
            if (signal == Signals.Kill)
            {
                cgroup.Kill();
            }
            else
            {
                Send(cgroup.AllMembers(), signal);
            }

            return 0;
        }

        using var process = container.OpenProcess();
        if (!Processes.Signal(process, signal))
        {
            throw new UnknownContainerException($"container \"{id}\" is not running");
        }

        return 0;
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
