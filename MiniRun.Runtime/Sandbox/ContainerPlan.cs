using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Writes the launch plan of a container: the order in which a process becomes one.</summary>
/// <remarks>
/// The root is changed before the container's own mounts are made: from then on no path, whatever links an image holds, can
/// lead to the host. What must come from the host (sources of bind mounts) is held by descriptors before.
/// </remarks>
sealed partial class ContainerPlan
{
    readonly LaunchSettings _settings;
    readonly RuntimeConfig _config;
    readonly PlanBuilder _plan;
    Register _root;
    bool _parentIsDone;

    ContainerPlan(LaunchSettings settings, Arena arena)
    {
        _settings = settings;
        _plan = new PlanBuilder(arena);
        _config = settings.Config;
    }

    /// <exception cref="SpecException">The configuration asks for something that cannot be planned.</exception>
    public static LaunchPlan Write(LaunchSettings settings)
    {
        var arena = new Arena();
        try
        {
            return new ContainerPlan(settings, arena).Write();
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    LaunchPlan Write()
    {
        Begin();
        HoldSources();
        HoldCgroups();
        EnterRoot();
        MakeMounts();
        HidePaths();
        NameHost();
        RaiseLoopback();
        AwaitParent();
        LimitProcess();
        ConnectStandardStreams();
        DropPrivileges();
        Execute();
        return _plan.Build();
    }

    /// <summary>Ties the child's life to its parent's until the program starts.</summary>
    void Begin()
    {
        _plan.Close(_settings.Sync.Parent);
        _plan.SetParentDeathSignal(Signals.Kill);
        _plan.NewSession();
        _plan.SetUmask(0);
        if (_config.Process.OomScoreAdjustment is { } adjustment)
        {
            _plan.WriteFile("/proc/self/oom_score_adj", adjustment.ToString(System.Globalization.CultureInfo.InvariantCulture));
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
        if (_config.Linux.Has("network"))
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
        if (_config.Linux.Has("cgroup"))
        {
            // Not by clone3: the namespace's root would be the cgroup of the parent.
            _plan.Unshare(Namespaces.Cgroup);
        }
    }
}
