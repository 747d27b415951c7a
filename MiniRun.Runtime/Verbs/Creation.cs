using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Hooks;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary>The making of one container by <c>create</c> or <c>run</c>: unless it is kept, nothing of it is left.</summary>
sealed class Creation : IDisposable
{
    readonly GlobalOptions _global;
    readonly Arguments _arguments;
    readonly Folder _root;
    readonly Bundle _bundle;
    readonly StoredContainer _stored;
    readonly CgroupLayout _layout;
    readonly ContainerScope? _scope;
    ContainerCgroup? _cgroup;
    ContainerTerminal? _terminal;
    bool _isKept;
    bool _hasEnded;
    bool _isRecorded;

    Creation(GlobalOptions global, Arguments arguments, CgroupLayout layout, ContainerScope? scope, Folder root, Bundle bundle, StoredContainer stored) =>
        (_global, _arguments, _layout, _scope, _root, _bundle, _stored) = (global, arguments, layout, scope, root, bundle, stored);

    /// <summary>Null until it is started.</summary>
    public LaunchedProcess? Process { get; private set; }

    public RuntimeConfig Config => _bundle.Config;

    /// <summary>The terminal's master, for who does not give it away.</summary>
    public SafeFileHandle? Master => _terminal?.Master;

    /// <param name="stays">Whether this process stays with the container, and can hold its terminal.</param>
    public static Creation Begin(GlobalOptions global, Arguments arguments, bool stays)
    {
        var id = arguments.Positional("ID");
        var bundle = Bundle.Open(arguments.Path("--bundle", "."));
        try
        {
            foreach (var warning in bundle.Config.Warnings)
            {
                ErrorLog.Warn(global, warning);
            }

            RequireConsole(bundle.Config.Process.Terminal, arguments, stays);
            var layout = GlobalOptions.DetectCgroups();
            ContainerScope? scope = null;
            if (global.BySystemd)
            {
                ContainerId.Check(id);
                scope = ContainerScope.For(bundle.Config.Linux.CgroupsPath, id);
            }

            var root = global.OpenRoot();
            return new Creation(global, arguments, layout, scope, root, bundle, StoredContainer.Create(root, id, bundle.Document));
        }
        catch
        {
            bundle.Dispose();
            throw;
        }
    }

    /// <param name="waits">Whether it waits for <c>start</c>.</param>
    public void Start(bool waits)
    {
        var config = _bundle.Config;
        Surroundings.Complete(config.Process, _bundle, _arguments.Number("--preserve-fds", 0), out var preserved);
        var warnings = new List<string>();
        var filter = SeccompAgent.Filter(config.Linux, warnings);
        foreach (var warning in warnings)
        {
            ErrorLog.Warn(_global, warning);
        }

        _terminal = config.Process.Terminal ? ContainerTerminal.Create(config) : null;
        if (_terminal is not null && _arguments.OptionalPath("--console-socket") is null)
        {
            TerminalRelay.Prepare(_terminal.Master);
        }

        using var gate = waits ? StartGate.Create(_stored.Folder) : null;
        // What hooks see of the container must say that it is not there yet. Without them nobody has the time to look.
        var isWatched = Config.Hooks.Any;
        (Process, _cgroup) = ContainerProcess.Start(new ContainerOrder
        {
            Id = _stored.Id,
            Bundle = _bundle.Folder.Path,
            Config = config,
            RootPath = _bundle.RootPath,
            Streams = _terminal?.Streams ?? default,
            Layout = _layout,
            CgroupPath = CgroupPlace,
            Scope = _scope,
            IsStrict = true,
            Filter = filter,
            Records = _stored.Folder,
            StartGate = gate is null ? null : Files.Number(gate),
            PreservedDescriptors = preserved,
            KeepsKeyring = _arguments.Has("--no-new-keyring"),
            MovesRoot = _arguments.Has("--no-pivot"),
            Record = pid => Record(pid, isCreating: isWatched),
        });
        if (isWatched)
        {
            Record(Process.Pid, isCreating: false);
        }

        WarnOfCgroup();
        HandOverTerminal();
    }

    public void RunPoststart()
    {
        if (Config.Hooks.Poststart.Count > 0)
        {
            new ContainerHooks(_stored.Id, _bundle.Folder.Path, Config).Poststart(Process!.Pid);
        }
    }

    /// <summary>Tells the caller which process it is.</summary>
    public void Announce() => PidFile.Announce(Process!, _arguments);

    /// <summary>Its first process was reaped.</summary>
    public void HasEnded() => _hasEnded = true;

    /// <summary>The container stays after this process.</summary>
    public void Keep() => _isKept = true;

    public void Dispose()
    {
        if (!_isKept)
        {
            Remove();
        }

        _terminal?.Dispose();
        Process?.Dispose();
        _stored.Dispose();
        _bundle.Dispose();
        _root.Dispose();
    }

    void Remove()
    {
        if (Process is not null && !_hasEnded && Processes.Signal(Process.PidFd, Signals.Kill))
        {
            Processes.Reap(Process.PidFd, wait: true);
        }

        _cgroup?.Warnings.Clear();
        CgroupRemoval.Force(_cgroup);
        WarnOfCgroup();
        if (Process is not null && Config.Linux.IntelRdt is { } rdt)
        {
            ResctrlGroup.Remove(rdt, _stored.Id, ResctrlGroup.UsualRoot);
        }

        _root.DeleteTree(_stored.Id);
        if (_isRecorded && Config.Hooks.Poststop.Count > 0)
        {
            foreach (var problem in new ContainerHooks(_stored.Id, _bundle.Folder.Path, Config).Poststop())
            {
                ErrorLog.Warn(_global, problem);
            }
        }
    }

    void Record(int pid, bool isCreating)
    {
        var record = StateRecord.ForProcess(_stored.Id, pid, CgroupPlace, Config.Process.Terminal) with
        {
            Bundle = _bundle.Folder.Path,
            HasStartHooks = Config.Hooks.StartContainer.Count + Config.Hooks.Poststart.Count > 0,
            HasPoststop = Config.Hooks.Poststop.Count > 0,
            HasResctrl = Config.Linux.IntelRdt is not null,
            BySystemd = _scope is not null,
            IsCreating = isCreating,
        };
        record.Write(_stored.Folder);
        _isRecorded = true;
    }

    void WarnOfCgroup()
    {
        foreach (var warning in _cgroup?.Warnings ?? [])
        {
            ErrorLog.Warn(_global, warning);
        }
    }

    void HandOverTerminal()
    {
        if (_terminal is not null && _arguments.OptionalPath("--console-socket") is { } path)
        {
            using var socket = DescriptorPassing.Connect(path);
            DescriptorPassing.Send(socket, "/dev/ptmx"u8, _terminal.Master);
        }
    }

    /// <summary>A terminal needs somebody who holds it, and a socket for one needs a terminal.</summary>
    public static void RequireConsole(bool hasTerminal, Arguments arguments, bool stays)
    {
        var hasSocket = arguments.OptionalPath("--console-socket") is not null;
        if (hasSocket && !hasTerminal)
        {
            throw new UsageException("--console-socket: there is no terminal to send, because \"terminal\" of the process is false; set it to true");
        }

        if (!hasSocket && hasTerminal && !stays)
        {
            throw new UsageException("--console-socket: is missing: \"terminal\" of the process is true, and nobody else would hold the terminal once this call is done");
        }
    }

    string? CgroupPlace => _scope?.Place.Path ?? (_global.UsesCgroups ? CgroupPlaceOf(Config, _stored.Id) : null);

    /// <summary>Where the cgroup of a container belongs, below each hierarchy's root, when the runtime makes it.</summary>
    public static string CgroupPlaceOf(RuntimeConfig config, string id) => config.Linux.CgroupsPath switch
    {
        null or "" => "minirun/" + id,
        ['/', .. var absolute] => CgroupPath.Normalize(absolute),
        var relative => CgroupPath.Normalize("minirun/" + relative),
    };
}
