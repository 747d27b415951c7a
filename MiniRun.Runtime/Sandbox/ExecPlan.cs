using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Writes the launch plan of one more process in a running container.</summary>
sealed class ExecPlan
{
    readonly PlanBuilder _plan;
    readonly ProcessPlan _process;

    public ExecPlan(LaunchMemory memory, ProcessSpec process, ProcessSettings settings)
    {
        _plan = new PlanBuilder(memory);
        _process = new ProcessPlan(_plan, process, settings);
        (Process, Settings) = (process, settings);
    }

    ProcessSpec Process { get; }

    ProcessSettings Settings { get; }

    /// <summary>The register in which the child leaves the master of its terminal, once the plan is written.</summary>
    public Register Master { get; private set; }

    /// <summary>Where the child leaves the descriptor for a seccomp agent; null without one.</summary>
    public Register? Listener => _process.Listener;

    /// <param name="parent">The parent's end of the pair, which the child must drop.</param>
    /// <param name="container">A pidfd of the container's first process.</param>
    /// <param name="namespaces">Those that it enters; the pid namespace is one that it is born in.</param>
    /// <param name="entrances">Of the cgroups that it moves itself into.</param>
    public LaunchPlan Write(int parent, int container, ulong namespaces, IReadOnlyList<CgroupEntrance> entrances)
    {
        _plan.Close(parent);
        _plan.SetParentDeathSignal(Signals.Kill);
        _plan.ForbidTracing();
        _plan.NewSession();
        _plan.SetUmask(0);
        _process.PrepareInHost();
        if (Process.CpuAffinity?.Initial is { } cpus)
        {
            _plan.SetAffinity(cpus);
        }

        // In its cgroup before it can use anything of the container's.
        foreach (var entrance in entrances)
        {
            _plan.JoinCgroup(entrance.Path);
        }

        _plan.AwaitParent(Settings.Sync);
        if (Process.CpuAffinity?.Final is { } finalCpus)
        {
            _plan.SetAffinity(finalCpus);
        }

        _plan.Enter(container, namespaces);
        if ((namespaces & Namespaces.User) != 0)
        {
            _plan.SetGroup(0);
            _plan.SetUser(0);
            _plan.SetParentDeathSignal(Signals.Kill);
        }

        if (Process.Terminal)
        {
            OpenTerminal();
        }
        else
        {
            _process.ConnectStandardStreams();
        }

        _process.EnterWorkingDirectory();
        _process.Limit();
        _process.ForgetRuntime();
        _process.DropPrivileges();
        _process.Execute();
        return _plan.Build();
    }

    /// <summary>A terminal of the container's own devpts; its master goes to the parent, which checks what it is.</summary>
    void OpenTerminal()
    {
        Master = _plan.OpenTerminal("/dev/pts/ptmx");
        var peer = _plan.OpenTerminalPeer(Master);
        _plan.PauseForParent(Settings.Sync);
        for (var stream = 0; stream < 3; stream++)
        {
            _plan.Duplicate(peer, stream);
        }

        _process.TakeTerminal();
        _plan.Close(peer);
        _plan.Close(Master);
    }
}
