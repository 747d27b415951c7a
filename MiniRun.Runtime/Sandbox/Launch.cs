using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A process of this one's children.</summary>
sealed record LaunchedProcess(int Pid, SafeFileHandle PidFd) : IDisposable
{
    public void Dispose() => PidFd.Dispose();
}

/// <summary>A child between its clone and the start of its program.</summary>
sealed unsafe class Launch(LaunchMemory memory, LaunchSync sync, LaunchedProcess process)
{
    public LaunchedProcess Process { get; private set; } = process;

    /// <summary>Lets the child go on after the next step at which it awaits its parent.</summary>
    public void Release() => sync.Release();

    /// <summary>Waits until the child has come to where it awaits its parent.</summary>
    /// <exception cref="LaunchException">A step before that failed.</exception>
    public void AwaitPause(LaunchPlan plan)
    {
        if (!sync.Await())
        {
            throw LaunchException.From(plan);
        }
    }

    /// <summary>Waits until the child has started its program.</summary>
    /// <exception cref="LaunchException">A step failed.</exception>
    public void AwaitStart(LaunchPlan plan)
    {
        if (sync.Await() || !memory.Header->HasExecuted(memory.Records))
        {
            throw LaunchException.From(plan);
        }

        memory.Header->StartedAt = Clock.Monotonic();
    }

    /// <summary>The one that goes on when the child has put another in its place (<see cref="ControlStep.ContinueInChild"/>).</summary>
    public void Adopt()
    {
        var pid = memory.Header->ContinuedPid;
        var successor = new LaunchedProcess(pid, Processes.OpenPidFd(pid));
        Processes.Reap(Process.PidFd, wait: true);
        Process.Dispose();
        Process = successor;
    }

    /// <summary>Ends the child whatever it is doing.</summary>
    public void Abandon()
    {
        Processes.Signal(Process.PidFd, Signals.Kill);
        Processes.Reap(Process.PidFd, wait: true);
        Process.Dispose();
    }
}
