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
        CompleteHome(process, container.Record!.Pid);
        var preserved = arguments.Number("--preserve-fds", 0);
        var detaches = arguments.Has("--detach");
        if (process.Terminal && detaches && arguments.Value("--console-socket") is null)
        {
            throw new UsageException("--console-socket: is missing: with --detach nobody else would hold the terminal");
        }

        SafeFileHandle? master = null;
        using var foreground = detaches ? null : ForegroundProcess.Prepare();
        using var started = ExecProcess.Start(process, Settings(container, process, preserved), container.Config, State(container), first, Cgroup(container, layout, arguments), taken =>
        {
            Terminal.LeaveLineFeedsAlone(taken);
            if (arguments.OptionalPath("--console-socket") is { } path)
            {
                using var socket = DescriptorPassing.Connect(path);
                DescriptorPassing.Send(socket, "/dev/ptmx"u8, taken);
                taken.Dispose();
            }
            else
            {
                master = taken;
            }
        });
        if (arguments.OptionalPath("--pid-file") is { } pidFile)
        {
            PidFile.Write(pidFile, started.Pid);
        }

        using (master)
        {
            return foreground?.Await(started.PidFd, master).ExitCode ?? 0;
        }
    }

    static ProcessSettings Settings(StoredContainer container, ProcessSpec process, int preserved) => new()
    {
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

    /// <summary>The container's cgroup, or one below it.</summary>
    static ContainerCgroup? Cgroup(StoredContainer container, CgroupLayout layout, Arguments arguments)
    {
        if (container.Record is not { Cgroup.Length: > 0 } record)
        {
            return null;
        }

        var below = (arguments.Value("--cgroup") ?? "").Trim('/');
        if (below.Split('/').Any(part => part is "." or ".."))
        {
            throw new UsageException("--cgroup: must not contain \".\" or \"..\"");
        }

        var cgroup = ContainerCgroup.Find(layout, below.Length == 0 ? record.Cgroup : $"{record.Cgroup}/{below}");
        return cgroup.Exists() ? cgroup : throw new UsageException($"--cgroup: the container has no cgroup \"{below}\"");
    }

    static void CompleteHome(ProcessSpec process, int pid)
    {
        if (!Surroundings.HasHome(process))
        {
            using var root = Files.OpenPath($"/proc/{pid}/root", Open.Path | Files.Directory);
            process.Environment.Add("HOME=" + (UserDatabase.HomeOf(root, process.User.Uid) ?? "/"));
        }
    }
}
