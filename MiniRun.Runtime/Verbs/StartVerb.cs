using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Hooks;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>start ID</c>: runs the program of a created container.</summary>
static class StartVerb
{
    public static int Run(GlobalOptions global, Arguments arguments)
    {
        using var container = global.OpenContainer(arguments.Positional("ID"));
        if (!StartGate.IsWaiting(container.Folder))
        {
            throw new UnknownContainerException($"cannot start container \"{container.Id}\": it is {container.Status().InWords()}, not created");
        }

        // Parsing the configuration costs a tenth of a millisecond, and few containers have hooks.
        var hooks = container.Record!.HasStartHooks ? new ContainerHooks(container.Id, container.Record.Bundle, container.Config) : null;
        if (hooks is not null)
        {
            using var process = new LaunchedProcess(container.Record.Pid, container.OpenProcess());
            OrStop(container, () => hooks.StartContainer(process));
        }

        if (!StartGate.Open(container.Folder))
        {
            throw new UnknownContainerException($"container \"{container.Id}\" was started by somebody else at this moment");
        }

        RequireExecuted(container);
        if (hooks is not null)
        {
            OrStop(container, () => hooks.Poststart(container.Record.Pid));
        }

        return 0;
    }

    /// <summary>What the container left in its launch says whether its program runs, or which step failed.</summary>
    static unsafe void RequireExecuted(StoredContainer container)
    {
        using var memory = LaunchMemory.Open(container.Folder);
        if (memory is not null && !memory.Header->HasExecuted(memory.Records))
        {
            using var plan = new LaunchPlan(memory);
            throw LaunchException.From(plan);
        }
    }

    /// <summary>A container whose hook fails does not go on (runtime.md, "Lifecycle").</summary>
    static void OrStop(StoredContainer container, Action hook)
    {
        try
        {
            hook();
        }
        catch (HookException)
        {
            using var process = container.OpenProcess();
            Processes.Signal(process, Signals.Kill);
            throw;
        }
    }
}
