using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Engine;

public sealed partial class ContainerEngine
{
    static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(10);

    static readonly TimeSpan LongestGrace = TimeSpan.FromHours(1);

    /// <summary>Killed processes end at once unless the kernel itself holds them.</summary>
    static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(30);

    public async Task<Transition> StartAsync(string reference, CancellationToken cancellationToken)
    {
        var entry = _table.Find(reference);
        await using var held = await HoldAsync(entry, cancellationToken);
        if (entry.Container.Status.IsAlive)
        {
            return new Transition(entry.Container, Changed: false);
        }

        if (entry.Container.Status.State is ContainerState.Broken)
        {
            throw new EngineException(EngineError.WrongState, $"{entry.Container.Name} is broken: {entry.Container.Status.Error} Delete it and create it again.");
        }

        await RunAsync(entry, cancellationToken);
        return new Transition(entry.Container, Changed: true);
    }

    public async Task<Transition> StopAsync(string reference, TimeSpan? grace, CancellationToken cancellationToken)
    {
        var entry = _table.Find(reference);
        var patience = CheckGrace(grace);
        if (!entry.Container.Status.IsAlive)
        {
            return new Transition(entry.Container, Changed: false);
        }

        var ended = entry.Ended;
        SetStatusIfAlive(entry, ContainerState.Stopping);
        SignalFirst(entry, Signals.Terminate);
        try
        {
            await ended.WaitAsync(patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            await KillAndAwaitAsync(entry, cancellationToken);
        }

        return new Transition(entry.Container, Changed: true);
    }

    public async Task<Transition> KillAsync(string reference, string? signal, CancellationToken cancellationToken)
    {
        var entry = _table.Find(reference);
        var number = signal is null ? Signals.Kill
            : Signals.Parse(signal) ?? throw new EngineException(
                EngineError.InvalidField, $"signal: \"{signal}\" is no signal; write a name such as TERM or a number from 1 to {Signals.Count}.", "signal");
        if (!entry.Container.Status.IsAlive)
        {
            throw new EngineException(EngineError.WrongState, $"{entry.Container.Name} does not run; there is nothing to kill.");
        }

        if (number == Signals.Kill)
        {
            await KillAndAwaitAsync(entry, cancellationToken);
        }
        else
        {
            SignalFirst(entry, number);
        }

        return new Transition(entry.Container, Changed: true);
    }

    public async Task<Transition> RestartAsync(string reference, TimeSpan? grace, CancellationToken cancellationToken)
    {
        await StopAsync(reference, grace, cancellationToken);
        var started = await StartAsync(reference, cancellationToken);
        return started with { Changed = true };
    }

    /// <summary>Starts a container that does not run; the caller holds its gate. When it fails, nothing of the start is left.</summary>
    async Task RunAsync(ContainerEntry entry, CancellationToken cancellationToken)
    {
        var before = entry.Container.Status;
        var id = entry.Container.Id;
        var isFirstRun = !_folders.Containers.Exists(id);
        entry.BeginRun();
        entry.FailedStart = null;
        SetStatus(entry, before with { State = ContainerState.Starting, Error = null });
        try
        {
            var image = await FindImageAsync(entry.Container.Definition.Image, cancellationToken);
            using var bundle = _folders.Containers.EnsureFolder(id);
            using var run = _folders.Running.EnsureFolder(id);
            run.Delete(ExitRecord.FileName);
            bundle.Delete(ExitRecord.FileName);
            bundle.Write(HostFolders.StartedMarker, default);
            BundleWriter.Write(bundle, entry.Container.Definition, image, CgroupPath(id), _grants);
            // A client that goes away does not undo a start: from here on it ends one way or the other.
            var (report, monitor) = await _launcher.StartAsync(id, bundle.Path, run.Path, CgroupPath(id), CancellationToken.None);
            if (report.Error is { } error)
            {
                await ReapAsync(monitor);
                throw new EngineException(EngineError.LaunchFailed, $"{entry.Container.Name} could not be started: {error}.", failure: report.Failure);
            }

            Adopt(entry, report.Pid, Time(report.StartedAt), [.. _grants.Warnings, .. report.Warnings], monitor);
            EngineLog.Started(_logger, entry.Container.Name, report.Pid);
        }
        catch (Exception e)
        {
            Undo(entry, before, isFirstRun, e.Message);
            throw;
        }
    }

    /// <summary>Takes over a container that runs: limits can be set, samples taken, and its end will be noticed.</summary>
    void Adopt(ContainerEntry entry, int pid, DateTimeOffset startedAt, IReadOnlyList<string> warnings, SafeFileHandle? monitor)
    {
        entry.Cgroup = ContainerCgroup.Find(_layout, CgroupPath(entry.Container.Id));
        SetStatus(entry, new ContainerStatus { State = ContainerState.Running, Pid = pid, StartedAt = startedAt, Warnings = warnings });
        entry.Watching = WatchAsync(entry, monitor);
    }

    void Undo(ContainerEntry entry, ContainerStatus before, bool isFirstRun, string reason)
    {
        var id = entry.Container.Id;
        entry.FailedStart = ReadRunning(id);
        _folders.Running.DeleteTree(id);
        if (isFirstRun)
        {
            _folders.Containers.DeleteTree(id);
        }
        else
        {
            using var bundle = TryOpen(_folders.Containers, id);
            bundle?.Delete(HostFolders.StartedMarker);
        }

        SetStatus(entry, before with { Error = reason });
        entry.EndRun();
        EngineLog.StartFailed(_logger, entry.Container.Name, reason);
    }

    async Task KillAndAwaitAsync(ContainerEntry entry, CancellationToken cancellationToken)
    {
        var ended = entry.Ended;
        SetStatusIfAlive(entry, ContainerState.Stopping);
        if (entry.Cgroup is { } cgroup && cgroup.Exists())
        {
            cgroup.Kill();
        }

        SignalFirst(entry, Signals.Kill);
        try
        {
            await ended.WaitAsync(KillPatience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new EngineException(
                EngineError.HostUnable,
                $"{entry.Container.Name} was killed but the kernel still holds a process (pid {entry.Container.Status.Pid}), perhaps in a disk or network call; see /proc/{entry.Container.Status.Pid}/stack.");
        }
    }

    /// <summary>Signals the first process, never another that got its pid meanwhile.</summary>
    void SignalFirst(ContainerEntry entry, int signal)
    {
        using var run = TryOpen(_folders.Running, entry.Container.Id);
        if (run is null || StateRecord.Read(run) is not { } state)
        {
            return;
        }

        try
        {
            using var process = Processes.OpenPidFd(state.Pid);
            // Compared behind the descriptor: what it stands for cannot change any more.
            if (state.IsProcessAlive())
            {
                Processes.Signal(process, signal);
            }
        }
        catch (KernelException e) when (e.Errno is Errno.ESRCH)
        {
            // It has ended by itself.
        }
    }

    void SetStatusIfAlive(ContainerEntry entry, ContainerState state)
    {
        if (entry.Container.Status is { IsAlive: true } status)
        {
            SetStatus(entry, status with { State = state });
        }
    }

    static TimeSpan CheckGrace(TimeSpan? grace) =>
        (grace ?? DefaultGrace) is var patience && patience >= TimeSpan.Zero && patience <= LongestGrace
            ? patience
            : throw new EngineException(EngineError.InvalidField, $"grace: {patience.TotalSeconds} s is not possible; give 0 to 3600 seconds.", "grace");

    static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
}
