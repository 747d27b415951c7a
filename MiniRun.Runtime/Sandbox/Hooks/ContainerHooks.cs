using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox.Hooks;

/// <summary>The hooks of one container (config.md, "POSIX-platform Hooks"): who runs where, and with which state on standard input.</summary>
/// <param name="id">The container's.</param>
/// <param name="bundle">Its absolute path.</param>
sealed class ContainerHooks(string id, string bundle, RuntimeConfig config)
{
    /// <summary>Those that run while the host's files are still there: in the runtime's namespaces, then in the container's.</summary>
    /// <exception cref="HookException">One failed.</exception>
    public void BeforeRoot(LaunchedProcess process)
    {
        var state = State("creating", process.Pid);
        RunHere("prestart", config.Hooks.Prestart, state);
        RunHere("createRuntime", config.Hooks.CreateRuntime, state);
        RunInside("createContainer", config.Hooks.CreateContainer, process, state);
    }

    /// <summary>Those that run in the complete container.</summary>
    /// <exception cref="HookException">One failed.</exception>
    public void StartContainer(LaunchedProcess process) =>
        RunInside("startContainer", config.Hooks.StartContainer, process, State("created", process.Pid));

    /// <exception cref="HookException">One failed.</exception>
    public void Poststart(int pid) => RunHere("poststart", config.Hooks.Poststart, State("running", pid));

    /// <summary>Every one of them, whatever becomes of the others: the container is gone already.</summary>
    /// <returns>What went wrong, a sentence each.</returns>
    public List<string> Poststop()
    {
        var problems = new List<string>();
        var state = State("stopped", 0);
        for (var i = 0; i < config.Hooks.Poststop.Count; i++)
        {
            if (HookProcess.Run(config.Hooks.Poststop[i], bundle, state) is { } problem)
            {
                problems.Add(new HookException("poststop", i, problem).Message);
            }
        }

        return problems;
    }

    /// <summary>The state as the specification has it, which hooks read on standard input.</summary>
    public byte[] State(string status, int pid) => StateDocument.Write(config.OciVersion, id, status, pid, bundle, config.Annotations);

    void RunHere(string stage, List<HookSpec> hooks, byte[] state)
    {
        for (var i = 0; i < hooks.Count; i++)
        {
            if (HookProcess.Run(hooks[i], bundle, state) is { } problem)
            {
                throw new HookException(stage, i, problem);
            }
        }
    }

    void RunInside(string stage, List<HookSpec> hooks, LaunchedProcess process, byte[] state)
    {
        for (var i = 0; i < hooks.Count; i++)
        {
            if (HookProcess.RunInside(hooks[i], process.PidFd, config.Linux, state) is { } problem)
            {
                throw new HookException(stage, i, problem);
            }
        }
    }
}
