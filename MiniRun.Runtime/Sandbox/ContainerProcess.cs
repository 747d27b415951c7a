using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Hooks;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>What a container's process is connected to.</summary>
/// <param name="Standard">Descriptors that become 0, 1 and 2; null leaves the caller's.</param>
/// <param name="Terminal">The terminal's peer and its devpts instance.</param>
readonly record struct ProcessStreams((int Input, int Output, int Error)? Standard, (int Peer, int Instance)? Terminal);

/// <summary>Which container shall be started, and how it is connected to whoever starts it.</summary>
sealed record ContainerOrder
{
    public required string Id { get; init; }

    /// <summary>The bundle's absolute path.</summary>
    public required string Bundle { get; init; }

    public required RuntimeConfig Config { get; init; }

    /// <summary>root.path, absolute.</summary>
    public required string RootPath { get; init; }

    public ProcessStreams Streams { get; init; }

    public required CgroupLayout Layout { get; init; }

    /// <summary>Its cgroup, which exists; null leaves the process in the caller's.</summary>
    public ContainerCgroup? Cgroup { get; init; }

    /// <summary>Whether a limit that this host cannot enforce is an error; otherwise it becomes a warning of the cgroup.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Where the launch stays readable; null keeps it in memory.</summary>
    public Folder? Records { get; init; }

    /// <summary>A descriptor on which the complete container waits for <c>start</c>; null starts its program at once.</summary>
    public int? StartGate { get; init; }

    public int PreservedDescriptors { get; init; }

    /// <summary>Whether the container keeps the caller's session keyring.</summary>
    public bool KeepsKeyring { get; init; }

    /// <summary>Whether the root is moved instead of pivoted, for hosts that run from a ramdisk.</summary>
    public bool MovesRoot { get; init; }

    /// <summary>Called with the pid before the program can start, so that nobody runs unrecorded.</summary>
    public required Action<int> Record { get; init; }
}

/// <summary>Starts a container: plan, launch, cgroup, hooks, and everything undone when a step fails.</summary>
static class ContainerProcess
{
    /// <exception cref="LaunchException">The kernel refused a step.</exception>
    /// <exception cref="HookException">A hook failed.</exception>
    public static LaunchedProcess Start(ContainerOrder order)
    {
        Launcher.RequireOneThread();
        var linux = order.Config.Linux;
        using var sync = LaunchSync.Create();
        using var joined = JoinedNamespaces.Open(linux);
        var openFiles = OpenFileLimit.Read();
        using var prepared = MountPreparation.For(order, joined);
        using var children = ChildNamespaces.Prepare(linux, joined);
        var memory = order.Records is { } folder ? LaunchMemory.Create(folder) : LaunchMemory.Create();
        using var unified = order.Cgroup?.OpenUnified();
        var settings = Settings(order, (sync.Child, sync.Parent), joined.Descriptors) with
        {
            PreparedMounts = prepared.Mounts,
            PreparedDevices = prepared.Devices,
            OpenFiles = openFiles,
        };
        var beginning = ContainerPlan.Begin(settings, memory);
        var launch = Launcher.Clone(memory, sync, ContainerPlan.ClonedNamespaces(linux), unified);
        try
        {
            if (linux.IsNew("user"))
            {
                UserMappings.Write(launch.Process.Pid, linux);
            }
            else if (linux.Has("user"))
            {
                launch.AwaitPause(new LaunchPlan(memory));
                launch.Adopt();
            }

            using var plan = beginning.Complete();
            launch.Release();
            Admit(order, launch.Process.Pid, bornInUnified: unified is not null && launch.Process.Pid != memory.ContinuedPid);
            launch.Release();
            Guide(order, settings, plan, launch);
            return launch.Process;
        }
        catch
        {
            launch.Abandon();
            throw;
        }
    }

    /// <summary>The parent's part while the child makes its mounts.</summary>
    static void Admit(ContainerOrder order, int pid, bool bornInUnified)
    {
        if (order.Cgroup is { } cgroup)
        {
            cgroup.SetLimits(order.Config.Linux.Resources, order.IsStrict);
            cgroup.Add(pid, bornInUnified);
        }

        order.Record(pid);
    }

    /// <summary>Runs hooks where the child waits for them, and waits until it runs its program or could.</summary>
    static void Guide(ContainerOrder order, LaunchSettings settings, LaunchPlan plan, Launch launch)
    {
        var hooks = new ContainerHooks(order.Id, order.Bundle, order.Config);
        if (settings.PausesBeforeRoot)
        {
            launch.AwaitPause(plan);
            hooks.BeforeRoot(launch.Process);
            launch.Release();
        }

        if (settings.StartGate is not null)
        {
            launch.AwaitPause(plan);
            return;
        }

        if (settings.PausesBeforeProgram)
        {
            launch.AwaitPause(plan);
            hooks.StartContainer(launch.Process);
            launch.Release();
        }

        launch.AwaitStart(plan);
    }

    public static LaunchSettings Settings(ContainerOrder order, (int Child, int Parent) sync, IReadOnlyDictionary<string, int> joined) => new()
    {
        Config = order.Config,
        RootPath = order.RootPath,
        BundlePath = order.Bundle,
        Sync = sync,
        Process = new ProcessSettings
        {
            Streams = order.Streams.Terminal is { } terminal ? (terminal.Peer, terminal.Peer, terminal.Peer) : order.Streams.Standard,
            IgnoredSignals = Signals.Ignored(),
            GrantableCapabilities = order.Config.Linux.Has("user") ? Capabilities.Everything : OwnCapabilities.Permitted(),
            Sync = sync.Child,
            PreservedDescriptors = order.PreservedDescriptors,
            Keyring = order.KeepsKeyring ? null : "_ses." + order.Id,
        },
        Terminal = order.Streams.Terminal,
        HasFileLabels = order.Config.Linux.MountLabel.Length > 0 && FileLabels.AreEnabled(),
        Cgroups = order.Layout,
        CgroupPath = order.Cgroup?.Path,
        IsFolder = IsFolder,
        JoinedNamespaces = joined,
        StartGate = order.StartGate,
        MovesRoot = order.MovesRoot,
    };

    static bool IsFolder(string path)
    {
        try
        {
            using var folder = Files.OpenPath(path, Open.Path | Files.Directory);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOTDIR or Errno.ENOENT)
        {
            // A source that is missing is reported by the step that needs it.
            return false;
        }
    }
}
