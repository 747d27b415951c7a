using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    /// <summary>The namespaces that a clone makes for a container.</summary>
    /// <remarks>
    /// The cgroup namespace is made once the process is in its cgroup, the network one while the plan is written. A time
    /// namespace is one that the launcher has prepared for its children, because its clocks must be set before anybody is in it,
    /// and a pid namespace to join is one that the launcher's children are born in.
    /// </remarks>
    public static ulong ClonedNamespaces(LinuxSpec linux) => ContinuesInChild(linux) ? 0 : NewNamespaces(linux);

    /// <summary>Whether the cloned process only joins namespaces, and a child of it becomes the container: to join one takes rights that
    /// nobody in a user namespace has over the host's, and what is made must belong to the user namespace.</summary>
    public static bool ContinuesInChild(LinuxSpec linux) => linux.Has("user") && linux.Namespaces.Exists(wanted => wanted.Path is not null);

    /// <summary>Whether the child tells its parent that it is in its network namespace and will not be replaced any more.</summary>
    public static bool TellsOfNamespaces(LinuxSpec linux) => ContinuesInChild(linux) || (linux.NetDevices.Count > 0 && linux.IsNew("network"));

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

    /// <summary>Joins what is to be joined as the host's root, the user namespace last, and goes on in a child with the new ones.</summary>
    void JoinNamespacesFirst()
    {
        JoinAllBut("user");
        SetKernelParameters(ofNew: false);
        if (!_config.Linux.IsNew("user"))
        {
            Join("user");
        }

        _plan.ContinueInChild(NewNamespaces(_config.Linux));
        _plan.SetParentDeathSignal(Signals.Kill);
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

    /// <summary>The mount namespace comes last: behind it /proc may be anything.</summary>
    void EnterNamespaces()
    {
        if (!ContinuesInChild(_config.Linux))
        {
            // The launcher's children are born in that of pids.
            JoinAllBut("pid");
            SetKernelParameters(ofNew: false);
        }

        SetKernelParameters(ofNew: true);
        if (_settings.JoinedNamespaces.ContainsKey("mount"))
        {
            Join("mount");
        }
    }

    void Join(string type) => _plan.Enter(_settings.JoinedNamespaces[type], Namespaces.Flag(type));

    /// <summary>Joins all but the mount namespace and another.</summary>
    void JoinAllBut(string other)
    {
        foreach (var (type, path) in _config.Linux.Namespaces)
        {
            if (path is not null && type is not "mount" && type != other)
            {
                Join(type);
            }
        }
    }

    /// <summary>The values belong to namespaces, whoever's /proc they are written through: the host's, which no image can fake.</summary>
    /// <param name="ofNew">Those of namespaces that the container makes; those that it joins may not be its own to change, once it is in
    /// its user namespace.</param>
    void SetKernelParameters(bool ofNew)
    {
        foreach (var (name, value) in _config.Linux.Sysctl)
        {
            if (_config.Linux.IsNew(SysctlName.Namespace(name)!) == ofNew)
            {
                SetKernelParameter(name, value);
            }
        }
    }

    void SetKernelParameter(string name, string value)
    {
        switch (name)
        {
            // By calls: their files belong to the host's root alone.
            case SysctlName.HostName:
                _plan.SetHostName(value);
                break;
            case SysctlName.DomainName:
                _plan.SetDomainName(value);
                break;
            default:
                _plan.WriteFile("/proc/sys/" + SysctlName.Path(name), value);
                break;
        }
    }
}
