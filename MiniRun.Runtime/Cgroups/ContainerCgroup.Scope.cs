using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    /// <summary>The process that is in it before it is looked at; 0 for none.</summary>
    int _first;

    /// <summary>The scope by which systemd keeps it; null when it is the runtime's alone.</summary>
    public ContainerScope? Scope { get; private init; }

    bool HasUnifiedControllers => _layout.Mode is "unified";

    /// <summary>Lets systemd make the cgroup around a process where it is to keep it; <see cref="Complete"/> comes next.</summary>
    /// <param name="id">The container's.</param>
    /// <remarks>The errors are those of <see cref="ContainerScope.Start"/>.</remarks>
    public void StartScope(string id, int pid, IReadOnlyDictionary<string, string> annotations)
    {
        if (Scope is { } scope)
        {
            _first = pid;
            scope.Start(id, pid, _madeFor ?? new ResourceSpec(), annotations, HasUnifiedControllers);
        }
    }

    /// <summary>After the kernel, which refuses more: what systemd keeps must not be what is not.</summary>
    void TellSystemd(ResourceSpec resources, LimitWriter writer)
    {
        if (Scope is { } scope)
        {
            scope.SetLimits(resources, HasUnifiedControllers, file => Unified?.TryRead(file));
            // systemd has just written whole percents.
            writer.WriteQuota(resources);
        }
    }
}
