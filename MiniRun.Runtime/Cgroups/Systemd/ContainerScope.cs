using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>The scope of one container: made by systemd around its first process, and ended with the container.</summary>
/// <param name="run">The place of systemd's sockets.</param>
sealed class ContainerScope(SystemdPlace place, string run = ContainerScope.UsualRun)
{
    const string UsualRun = "/run";

    bool _isMade;

    public SystemdPlace Place { get; } = place;

    /// <summary>The scope of a container that is to be made.</summary>
    /// <param name="cgroupsPath">"slice:prefix:name", or null or empty for the usual place.</param>
    /// <exception cref="CgroupException">It has another form, or systemd does not run here.</exception>
    public static ContainerScope For(string? cgroupsPath, string id)
    {
        SystemdManager.RequireHost(UsualRun);
        return new ContainerScope(SystemdPlace.Parse(cgroupsPath, id));
    }

    /// <summary>The scope of a container that was started before.</summary>
    /// <param name="path">Of its cgroup.</param>
    public static ContainerScope At(string path, string run = UsualRun) => new(SystemdPlace.At(path), run) { _isMade = true };

    /// <summary>Makes it with a process in it, and waits until it is there.</summary>
    /// <param name="id">The container's.</param>
    /// <param name="annotations">Those that begin with <c>org.systemd.property.</c> are properties of the scope.</param>
    /// <param name="isUnified">Whether the controllers are those of v2.</param>
    /// <exception cref="CgroupException">systemd has such a scope already, cannot make it, or cannot be reached. Nothing is left of it.</exception>
    /// <exception cref="DbusException">systemd refused a property.</exception>
    public void Start(string id, int pid, ResourceSpec resources, IReadOnlyDictionary<string, string> annotations, bool isUnified)
    {
        var properties = ScopeProperties.ForStart(Place, "container " + id, pid, resources, isUnified);
        properties.AddRange(AnnotatedProperties.Read(annotations));
        // Not before the child was cloned: until its program starts, it keeps copies of all descriptors.
        using var systemd = SystemdManager.Connect(run);
        systemd.StartScope(Place, properties);
        _isMade = true;
    }

    /// <summary>Tells systemd of changed limits, because it would write its own again whenever it reloads.</summary>
    /// <param name="read">Gives what a file of the v2 cgroup holds.</param>
    public void SetLimits(ResourceSpec resources, bool isUnified, Func<string, string?> read)
    {
        var properties = ScopeProperties.ForChange(resources, isUnified, read);
        if (properties.Count > 0)
        {
            using var systemd = SystemdManager.Connect(run);
            systemd.SetProperties(Place, properties);
        }
    }

    /// <summary>Ends it, unless it is not made yet or gone already; what still runs in it is ended, too.</summary>
    public void End()
    {
        if (_isMade)
        {
            using var systemd = SystemdManager.Connect(run);
            systemd.StopScope(Place);
            _isMade = false;
        }
    }
}
