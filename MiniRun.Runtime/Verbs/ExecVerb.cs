using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>exec ID COMMAND...</c>: runs one more process in a container.</summary>
static class ExecVerb
{
    /// <summary>What exec itself exits with when the process cannot be started.</summary>
    public const int Failed = 255;

    public static readonly string[] Options =
    [
        "--process,-p=", "--detach,-d", "--tty,-t", "--pid-file=", "--console-socket=", "--pidfd-socket=", "--preserve-fds=", "--ignore-paused",
        "--cgroup=", "--no-subreaper", .. ExecProcessOptions.Names,
    ];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        if (arguments.Words.Count == 0)
        {
            throw new UsageException("ID: is missing");
        }

        using var container = global.OpenContainer(arguments.Words[0]);
        var layout = GlobalOptions.DetectCgroups();
        RequireRunning(container, layout, arguments.Has("--ignore-paused"));
        using var first = container.OpenProcess();
        var process = ExecProcessOptions.Read(arguments, container);
        Surroundings.CompleteHome(process, container.Record!.Pid);
        var preserved = arguments.Number("--preserve-fds", 0);
        Surroundings.RequireOpen(preserved);
        var stays = !arguments.Has("--detach");
        Creation.RequireConsole(process.Terminal, arguments, stays);
        var (cgroup, below) = Cgroups(container, layout, arguments);
        SafeFileHandle? master = null;
        using var foreground = stays ? ForegroundProcess.Prepare() : null;
        using var started = ExecProcess.Start(
            process, Settings(container, process, preserved), container.Config, State(container), first, cgroup, below, taken => master = HandOver(taken, arguments));
        Announce(started, arguments);
        using (master)
        {
            return foreground?.Await(started.PidFd, master).ExitCode ?? 0;
        }
    }

    /// <summary>Gives the terminal's master to whoever listens for it.</summary>
    /// <returns>The master when nobody else takes it.</returns>
    static SafeFileHandle? HandOver(SafeFileHandle master, Arguments arguments)
    {
        if (arguments.OptionalPath("--console-socket") is not { } path)
        {
            TerminalRelay.Prepare(master);
            return master;
        }

        using (master)
        {
            using var socket = DescriptorPassing.Connect(path);
            DescriptorPassing.Send(socket, "/dev/ptmx"u8, master);
        }

        return null;
    }

    /// <summary>A process of which its caller does not learn must not run.</summary>
    static void Announce(LaunchedProcess started, Arguments arguments)
    {
        try
        {
            PidFile.Announce(started, arguments);
        }
        catch
        {
            Processes.Signal(started.PidFd, Signals.Kill);
            Processes.Reap(started.PidFd, wait: true);
            throw;
        }
    }

    static ProcessSettings Settings(StoredContainer container, ProcessSpec process, int preserved) => new()
    {
        Pipes = process is { User.Uid: not 0, Terminal: false } ? StandardPipes.Of(null) : [],
        IgnoredSignals = Signals.Ignored(),
        GrantableCapabilities = container.Config.Linux.Has("user") ? Capabilities.Everything : OwnCapabilities.Permitted(),
        PreservedDescriptors = preserved,
        Filter = SeccompAgent.Filter(container.Config.Linux, []),
        Personality = container.Config.Linux.Personality,
        MemoryPolicy = container.Config.Linux.MemoryPolicy,
    };

    static byte[] State(StoredContainer container) =>
        StateDocument.Write(container.Config.OciVersion, container.Id, "running", container.Record!.Pid, container.Record.Bundle, container.Config.Annotations);

    static void RequireRunning(StoredContainer container, CgroupLayout layout, bool ignorePaused)
    {
        var status = container.Status(layout);
        if (status is ContainerStatus.Stopped or ContainerStatus.Creating)
        {
            throw new UnknownContainerException($"cannot exec in container \"{container.Id}\": it is {status.InWords()}");
        }

        if (status is ContainerStatus.Paused && !ignorePaused)
        {
            throw new UnknownContainerException($"cannot exec in a paused container (use --ignore-paused to override): {container.Id}");
        }
    }

    /// <summary>The container's cgroup, and the one below it that the process shall be in where there is such a one.</summary>
    static (ContainerCgroup? Cgroup, ContainerCgroup? Below) Cgroups(StoredContainer container, CgroupLayout layout, Arguments arguments)
    {
        var cgroup = container.Cgroup(layout);
        var name = (arguments.Value("--cgroup") ?? "").Trim('/');
        if (name.Length == 0)
        {
            return (cgroup, null);
        }

        if (name.Split('/').Any(part => part is "." or ".."))
        {
            throw new UsageException("--cgroup: must not contain \".\" or \"..\"");
        }

        var below = cgroup is null ? null : ContainerCgroup.Find(layout, $"{cgroup.Path}/{name}");
        return below?.Exists() == true ? (cgroup, below) : throw new UsageException($"--cgroup: the container has no cgroup \"{name}\" below its own");
    }
}
