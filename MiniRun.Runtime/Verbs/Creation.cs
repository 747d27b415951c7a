using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
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
    ContainerCgroup? _cgroup;
    ContainerTerminal? _terminal;
    bool _isKept;
    bool _hasEnded;

    Creation(GlobalOptions global, Arguments arguments, Folder root, Bundle bundle, StoredContainer stored)
    {
        (_global, _arguments, _root, _bundle, _stored) = (global, arguments, root, bundle, stored);
        _layout = GlobalOptions.DetectCgroups();
    }

    /// <summary>Null until it is started.</summary>
    public LaunchedProcess? Process { get; private set; }

    public RuntimeConfig Config => _bundle.Config;

    /// <summary>The terminal's master, for who does not give it away.</summary>
    public SafeFileHandle? Master => _terminal?.Master;

    public static Creation Begin(GlobalOptions global, Arguments arguments)
    {
        var id = arguments.Positional("ID");
        var bundle = Bundle.Open(arguments.Path("--bundle", "."));
        try
        {
            foreach (var warning in bundle.Config.Warnings)
            {
                ErrorLog.Warn(global, warning);
            }

            RequireConsole(bundle.Config, arguments);
            var root = global.OpenRoot();
            return new Creation(global, arguments, root, bundle, StoredContainer.Create(root, id, bundle.Document));
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
        if (_terminal is not null)
        {
            Terminal.LeaveLineFeedsAlone(_terminal.Master);
        }

        using var gate = waits ? StartGate.Create(_stored.Folder) : null;
        (Process, _cgroup) = ContainerProcess.Start(new ContainerOrder
        {
            Id = _stored.Id,
            Bundle = _bundle.Folder.Path,
            Config = config,
            RootPath = _bundle.RootPath,
            Streams = _terminal?.Streams ?? default,
            Layout = _layout,
            CgroupPath = CgroupPlace,
            IsStrict = true,
            Filter = filter,
            Records = waits ? _stored.Folder : null,
            StartGate = gate is null ? null : Files.Number(gate),
            PreservedDescriptors = preserved,
            KeepsKeyring = _arguments.Has("--no-new-keyring"),
            MovesRoot = _arguments.Has("--no-pivot"),
            Record = Record,
        });
        foreach (var warning in _cgroup?.Warnings ?? [])
        {
            ErrorLog.Warn(_global, warning);
        }

        HandOverTerminal();
    }

    public void RunPoststart()
    {
        if (Config.Hooks.Poststart.Count > 0)
        {
            new ContainerHooks(_stored.Id, _bundle.Folder.Path, Config).Poststart(Process!.Pid);
        }
    }

    /// <summary>Written whole or not at all: callers poll for it.</summary>
    public void WritePidFile()
    {
        if (_arguments.OptionalPath("--pid-file") is { } path)
        {
            PidFile.Write(path, Process!.Pid);
        }

        if (_arguments.OptionalPath("--pidfd-socket") is { } socket)
        {
            using var connection = DescriptorPassing.Connect(socket);
            DescriptorPassing.Send(connection, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Process!.Pid}")), Process.PidFd);
        }
    }

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

        CgroupRemoval.Force(_cgroup);
        if (Process is not null && Config.Linux.IntelRdt is { } rdt)
        {
            ResctrlGroup.Remove(rdt, _stored.Id, ResctrlGroup.UsualRoot);
        }

        _root.DeleteTree(_stored.Id);
        if (Process is not null && Config.Hooks.Poststop.Count > 0)
        {
            foreach (var problem in new ContainerHooks(_stored.Id, _bundle.Folder.Path, Config).Poststop())
            {
                ErrorLog.Warn(_global, problem);
            }
        }
    }

    void Record(int pid) => (StateRecord.ForProcess(_stored.Id, pid, CgroupPlace, Config.Process.Terminal) with
    {
        Bundle = _bundle.Folder.Path,
        HasStartHooks = Config.Hooks.StartContainer.Count + Config.Hooks.Poststart.Count > 0,
        HasPoststop = Config.Hooks.Poststop.Count > 0,
        HasResctrl = Config.Linux.IntelRdt is not null,
        BySystemd = _global.BySystemd,
    }).Write(_stored.Folder);

    void HandOverTerminal()
    {
        if (_terminal is not null && _arguments.OptionalPath("--console-socket") is { } path)
        {
            using var socket = DescriptorPassing.Connect(path);
            DescriptorPassing.Send(socket, "/dev/ptmx"u8, _terminal.Master);
        }
    }

    /// <summary>A terminal needs somebody who holds it, and a socket for one needs a terminal.</summary>
    static void RequireConsole(RuntimeConfig config, Arguments arguments)
    {
        var hasSocket = arguments.Value("--console-socket") is not null;
        if (hasSocket && !config.Process.Terminal)
        {
            throw new UsageException("--console-socket: $.process.terminal is false, so there is no terminal to send; set it to true");
        }
    }

    /// <summary>Below each hierarchy's root; null without cgroups.</summary>
    string? CgroupPlace => !_global.UsesCgroups ? null : Config.Linux.CgroupsPath switch
    {
        null or "" => "minirun/" + _stored.Id,
        ['/', .. var absolute] => CgroupPath.Normalize(absolute),
        var relative => CgroupPath.Normalize("minirun/" + relative),
    };
}
