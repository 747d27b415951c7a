using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Writes the launch plan of a container: the order in which a process becomes one.</summary>
/// <remarks>
/// The root is changed before the container's own mounts are made: from then on no path, whatever links an image holds, can
/// lead to the host. What must come from the host (sources of bind mounts) is held by descriptors before. Only hooks that the
/// specification runs before the root is changed delay that; every place is then still resolved inside the root's descriptor.
/// </remarks>
sealed partial class ContainerPlan
{
    readonly LaunchSettings _settings;
    readonly RuntimeConfig _config;
    readonly PlanBuilder _plan;
    readonly ProcessPlan _process;
    Register _root;
    bool _parentIsDone;

    ContainerPlan(LaunchSettings settings, LaunchMemory memory)
    {
        _settings = settings;
        _plan = new PlanBuilder(memory);
        _config = settings.Config;
        _process = new ProcessPlan(_plan, _config.Process, settings.Process);
    }

    /// <summary>The whole plan at once.</summary>
    /// <exception cref="SpecException">The configuration asks for something that cannot be planned.</exception>
    public static LaunchPlan Write(LaunchSettings settings, LaunchMemory memory) => Begin(settings, memory).Complete(PlannedEntrances(settings));

    /// <summary>Writes what a child can do while the rest is still being written: it ties itself to its parent, and makes those
    /// namespaces that take the kernel longest.</summary>
    public static ContainerPlan Begin(LaunchSettings settings, LaunchMemory memory)
    {
        var plan = new ContainerPlan(settings, memory);
        plan.Begin();
        plan._plan.Publish();
        return plan;
    }

    /// <summary>Where the child leaves the descriptor for a seccomp agent; null without one.</summary>
    public Register? Listener => _process.Listener;

    /// <summary>Writes the rest.</summary>
    /// <param name="entrances">Of the cgroups that the child moves itself into; none when its parent moves it.</param>
    /// <exception cref="SpecException">The configuration asks for something that cannot be planned.</exception>
    public LaunchPlan Complete(IReadOnlyList<CgroupEntrance> entrances)
    {
        _plan.NewSession();
        _plan.SetUmask(0);
        JoinCgroups(entrances);
        BecomeRootOfUserNamespace();
        _process.PrepareInHost();
        EnterNamespaces();
        HoldSources();
        HoldCgroups();
        AttachRoot();
        if (!_settings.PausesBeforeRoot)
        {
            ChangeRoot();
        }

        MakeMounts();
        HidePaths();
        NameHost();
        RaiseLoopback();
        AwaitParent();
        if (_settings.PausesBeforeRoot)
        {
            _plan.PauseForParent(_settings.Sync.Child);
            ChangeRoot();
        }

        FinishMounts();
        BecomeProcess();
        return _plan.Build();
    }

    void Begin()
    {
        _plan.Close(_settings.Sync.Parent);
        _plan.SetParentDeathSignal(Signals.Kill);
        _plan.ForbidTracing();
        if (ContinuesInChild(_config.Linux))
        {
            JoinNamespacesFirst();
        }

        if (_config.Linux.IsNew("network"))
        {
            // Half a millisecond in the kernel: the parent writes the plan meanwhile.
            _plan.Unshare(Namespaces.Network);
        }

        if (TellsOfNamespaces(_config.Linux))
        {
            _plan.TellParent(_settings.Sync.Child);
        }

        _plan.AwaitParent(_settings.Sync.Child);
    }

    void BecomeProcess()
    {
        _process.EnterWorkingDirectory();
        _process.ConnectStandardStreams();
        if (_settings.Terminal is not null)
        {
            _process.TakeTerminal();
        }

        _process.Limit();
        _process.ForgetRuntime();
        _process.DropPrivileges();
        AwaitStart();
        _process.Execute();
    }

    /// <summary>Waits for <c>start</c>, or for hooks that run in the complete container.</summary>
    void AwaitStart()
    {
        if (_settings.StartGate is { } gate)
        {
            // Who made the container goes now; it can only be started, or killed.
            _process.FindProgram();
            _plan.SetParentDeathSignal(0);
            _plan.TellParent(_settings.Sync.Child);
            _plan.Close(_settings.Sync.Child);
            _plan.AwaitParent(gate);
        }
        else if (_settings.PausesBeforeProgram)
        {
            _plan.PauseForParent(_settings.Sync.Child);
        }
    }

    void NameHost()
    {
        if (_config.Linux.Has("uts"))
        {
            if (_config.Hostname is { Length: > 0 } host)
            {
                _plan.SetHostName(host);
            }

            if (_config.Domainname is { Length: > 0 } domain)
            {
                _plan.SetDomainName(domain);
            }
        }
        else if (_config.Hostname is { Length: > 0 })
        {
            throw new SpecException("$.hostname", "needs a uts namespace, or it would rename the host");
        }
    }

    /// <summary>A new network has a loopback interface, but it is down, and programs expect localhost to work.</summary>
    void RaiseLoopback()
    {
        if (_config.Linux.IsNew("network"))
        {
            _plan.RaiseInterface("lo");
        }
    }

    /// <summary>The parent puts the child into its cgroups and records it; only then may it see its cgroups or run.</summary>
    void AwaitParent()
    {
        if (_parentIsDone)
        {
            return;
        }

        _parentIsDone = true;
        _plan.AwaitParent(_settings.Sync.Child);
        _laterEntrances.ForEach(_plan.JoinCgroup);
        if (_config.Linux.IsNew("cgroup"))
        {
            // Not by clone3: the namespace's root would be the cgroup of the parent.
            _plan.Unshare(Namespaces.Cgroup);
        }
    }
}
