namespace MiniRun.Runtime.Spec;

/// <summary>config.md, "POSIX-platform Hooks", in the order in which they run.</summary>
sealed class HookSpecs
{
    /// <summary>Deprecated: run in the runtime's namespaces, before those of <see cref="CreateRuntime"/>.</summary>
    public List<HookSpec> Prestart { get; set; } = [];

    /// <summary>In the runtime's namespaces, before the root is changed.</summary>
    public List<HookSpec> CreateRuntime { get; set; } = [];

    /// <summary>In the container's namespaces with the path still the host's, before the root is changed.</summary>
    public List<HookSpec> CreateContainer { get; set; } = [];

    /// <summary>In the container, before its program starts.</summary>
    public List<HookSpec> StartContainer { get; set; } = [];

    /// <summary>In the runtime's namespaces, after the program has started.</summary>
    public List<HookSpec> Poststart { get; set; } = [];

    /// <summary>In the runtime's namespaces, after the container is deleted.</summary>
    public List<HookSpec> Poststop { get; set; } = [];

    public bool Any => Prestart.Count + CreateRuntime.Count + CreateContainer.Count + StartContainer.Count + Poststart.Count + Poststop.Count > 0;
}

/// <param name="Path">Absolute.</param>
/// <param name="Arguments">argv with the name of the program; empty means the path alone.</param>
/// <param name="Environment">All of it: nothing of the runtime's own reaches a hook.</param>
/// <param name="Timeout">Seconds until it is killed; null waits for ever.</param>
sealed record HookSpec(string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, int? Timeout);
