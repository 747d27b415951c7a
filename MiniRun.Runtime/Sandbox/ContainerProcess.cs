using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Hooks;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A container whose program runs, or that waits for <c>start</c>.</summary>
/// <param name="Cgroup">Null when it has none.</param>
sealed record StartedContainer(LaunchedProcess Process, ContainerCgroup? Cgroup);

/// <summary>Starts a container: plan, launch, cgroup, hooks, and everything undone when a step fails.</summary>
static partial class ContainerProcess
{
    /// <exception cref="LaunchException">The kernel refused a step.</exception>
    /// <exception cref="HookException">A hook failed.</exception>
    /// <exception cref="CgroupException">A limit cannot be set.</exception>
    public static StartedContainer Start(ContainerOrder order)
    {
        Launcher.RequireOneThread();
        SecurityModules.OfHost.Require(order.Config.Process);
        // In v2 the child is born in its cgroup. Into v1 it moves itself, so there its folders can be made beside its work. Only
        // systemd wants to see it first, and moves it while it waits for us.
        var cgroup = order.CgroupPath is { } path ? ContainerCgroup.Begin(order.Layout, path, order.Config.Linux.Resources, order.IsStrict, order.Scope) : null;
        ResctrlGroup? resctrl = null;
        try
        {
            resctrl = ResctrlGroup.Create(order.Config.Linux.IntelRdt, order.Id, ResctrlGroup.UsualRoot);
            return new StartedContainer(Launch(order, cgroup, resctrl), cgroup);
        }
        catch
        {
            CgroupRemoval.Force(cgroup);
            resctrl?.Undo();
            throw;
        }
    }

    static LaunchedProcess Launch(ContainerOrder order, ContainerCgroup? cgroup, ResctrlGroup? resctrl)
    {
        var linux = order.Config.Linux;
        using var sync = LaunchSync.Create();
        using var joined = JoinedNamespaces.Open(order.Config);
        var openFiles = OpenFileLimit.Read();
        using var prepared = MountPreparation.For(order, joined);
        using var memory = order is { StartGate: not null, Records: { } folder } ? LaunchMemory.Create(folder) : LaunchMemory.Create();
        using var birthplace = cgroup?.OpenUnified();
        var settings = Settings(order, (sync.Child, sync.Parent), joined.Descriptors) with
        {
            PreparedMounts = prepared.Mounts,
            PreparedDevices = prepared.Devices,
            OpenFiles = openFiles,
            IsNested = prepared.IsNested,
        };
        var beginning = ContainerPlan.Begin(settings, memory);
        var launch = Clone(memory, sync, linux, joined, birthplace);
        NetworkDevices? devices = null;
        try
        {
            FinishNamespaces(launch, memory, linux);
            if (linux.NetDevices.Count > 0)
            {
                devices = new NetworkDevices(NetworkOf(launch, joined));
                devices.Move(linux.NetDevices);
            }

            cgroup?.StartScope(order.Id, launch.Process.Pid, order.Config.Annotations);
            cgroup?.Complete();
            var movesItself = ContainerPlan.JoinsCgroupsItself(linux);
            var plan = beginning.Complete(movesItself && cgroup is not null ? cgroup.Entrances() : []);
            launch.Release();
            Admit(order, cgroup, launch.Process.Pid, isBornThere: birthplace is not null && memory.ContinuedPid == 0, movesItself);
            if (beginning.CgroupOwner is { } owner)
            {
                cgroup?.GiveTo(owner);
            }

            resctrl?.Add(launch.Process.Pid);
            launch.Release();
            Guide(order, settings, plan, launch, beginning.Listener);
            return launch.Process;
        }
        catch (Exception e)
        {
            launch.Abandon();
            devices?.Return(e);
            // Counted in the cgroup, which is removed with the container.
            if (e is LaunchException failure && cgroup is not null)
            {
                throw failure.Explain(cgroup.ReadOomKills());
            }

            throw;
        }
        finally
        {
            Keep(memory, order.Records);
            devices?.Dispose();
        }
    }

    static void Keep(LaunchMemory memory, Folder? folder)
    {
        try
        {
            if (folder is not null)
            {
                memory.Save(folder);
            }
        }
        catch (KernelException e) when (e.Errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EROFS)
        {
            // A container must not fail because nobody can be told later how it began.
        }
    }

    /// <summary>The parent's part while the child makes its mounts.</summary>
    static void Admit(ContainerOrder order, ContainerCgroup? cgroup, int pid, bool isBornThere, bool movesItself)
    {
        if (cgroup is not null)
        {
            cgroup.SetLimits(order.Config.Linux.Resources, order.IsStrict);
            cgroup.Add(pid, isBornThere, movesItself);
        }

        order.Record(pid);
    }

    /// <summary>Runs hooks where the child waits for them, and waits until it runs its program or could.</summary>
    static void Guide(ContainerOrder order, LaunchSettings settings, LaunchPlan plan, Launch launch, Register? listener)
    {
        var hooks = new ContainerHooks(order.Id, order.Bundle, order.Config);
        if (settings.PausesBeforeRoot)
        {
            launch.AwaitPause(plan);
            hooks.BeforeRoot(launch.Process);
            launch.Release();
        }

        if (listener is { } agent)
        {
            launch.AwaitPause(plan);
            SeccompAgent.Introduce(launch, plan.Memory, agent, order.Config, hooks.State("creating", launch.Process.Pid));
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
            Pipes = order.Config.Process.User.Uid != 0 && order.Streams.Terminal is null ? StandardPipes.Of(order.Streams.Standard) : [],
            IgnoredSignals = Signals.Ignored(),
            GrantableCapabilities = order.Config.Linux.Has("user") ? Capabilities.Everything : OwnCapabilities.Permitted(),
            Sync = sync.Child,
            Filter = order.Filter,
            PreservedDescriptors = order.PreservedDescriptors,
            Keyring = order.KeepsKeyring ? null : "_ses." + order.Id,
            Personality = order.Config.Linux.Personality,
            MemoryPolicy = order.Config.Linux.MemoryPolicy,
        },
        Terminal = order.Streams.Terminal,
        HasFileLabels = order.Config.Linux.MountLabel.Length > 0 && SecurityModules.OfHost.HasSelinux,
        Cgroups = order.Layout,
        CgroupPath = order.CgroupPath,
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
