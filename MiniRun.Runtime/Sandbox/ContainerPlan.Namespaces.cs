using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    /// <summary>The namespaces that a clone makes for a container.</summary>
    /// <remarks>
    /// The cgroup namespace is made once the process is in its cgroup, the network one while the plan is written. A time
    /// namespace is one that the launcher has prepared for its children, because its clocks must be set before anybody is in it,
    /// and a pid namespace to join is one that the launcher's children are born in. Behind a user namespace that is joined
    /// they must be made by somebody who is in it.
    /// </remarks>
    public static ulong ClonedNamespaces(LinuxSpec linux) => MakesNamespacesLater(linux) ? 0 : NewNamespaces(linux);

    static ulong NewNamespaces(LinuxSpec linux)
    {
        const ulong NotByClone = Namespaces.Cgroup | Namespaces.Network | Namespaces.Time;
        var flags = linux.Has("mount") ? 0 : Namespaces.Mount;
        foreach (var wanted in linux.Namespaces)
        {
            flags |= wanted.Path is null ? Namespaces.Flag(wanted.Type) : 0;
        }

        return flags & ~NotByClone;
    }

    static bool MakesNamespacesLater(LinuxSpec linux) => linux.Has("user") && !linux.IsNew("user");

    void JoinUserNamespace()
    {
        if (MakesNamespacesLater(_config.Linux))
        {
            _plan.Enter(_settings.JoinedNamespaces["user"], Namespaces.User);
            _plan.ContinueInChild(NewNamespaces(_config.Linux));
            _plan.SetParentDeathSignal(Signals.Kill);
            _plan.TellParent(_settings.Sync.Child);
        }
    }

    /// <summary>Its first process still has the host's ids, which own nothing in there.</summary>
    void BecomeRootOfUserNamespace()
    {
        if (_config.Linux.Has("user"))
        {
            _plan.SetGroup(0);
            _plan.SetUser(0);
            // A change of user has undone it.
            _plan.SetParentDeathSignal(Signals.Kill);
        }
    }

    void EnterNamespaces()
    {
        foreach (var joined in _config.Linux.Namespaces)
        {
            if (joined.Path is not null && joined.Type is not ("user" or "pid" or "cgroup"))
            {
                _plan.Enter(_settings.JoinedNamespaces[joined.Type], Namespaces.Flag(joined.Type));
            }
        }
    }

    /// <summary>The values belong to namespaces, whoever's /proc they are written through: the host's, which no image can fake.</summary>
    void SetKernelParameters()
    {
        foreach (var (key, value) in _config.Linux.Sysctl)
        {
            _plan.WriteFile("/proc/sys/" + SysctlName.Path(key), value);
        }
    }
}
