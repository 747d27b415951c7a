using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Monitoring;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Engine;

public sealed partial class ContainerEngine
{
    const int LostExitCode = 255;

    static readonly TimeSpan ReapInterval = TimeSpan.FromMilliseconds(5);

    static readonly TimeSpan ProcessPollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Stays with a run until it has ended, and then says how.</summary>
    async Task WatchAsync(ContainerEntry entry, SafeFileHandle? monitor)
    {
        try
        {
            await AwaitEndAsync(entry, _closing.Token);
            Conclude(entry);
        }
        catch (OperationCanceledException)
        {
            // The engine is closing; the container runs on.
        }
        catch (Exception e)
        {
            // Without a watcher the state would be a lie for ever.
            EngineLog.WatchFailed(_logger, e, entry.Container.Name);
            SetStatus(entry, entry.Container.Status with { State = ContainerState.Broken, Error = $"Watching it failed: {e.Message}" });
            entry.EndRun();
        }
        finally
        {
            if (monitor is not null)
            {
                await ReapAsync(monitor);
            }
        }
    }

    async Task AwaitEndAsync(ContainerEntry entry, CancellationToken cancellationToken)
    {
        using var run = TryOpen(_folders.Running, entry.Container.Id);
        if (run is null)
        {
            return;
        }

        if (await MonitorConnection.TryOpenAsync(run, cancellationToken) is { } connection)
        {
            await using (connection)
            {
                await foreach (var frame in connection.ReadAsync(cancellationToken))
                {
                    if (frame.Kind is FrameKind.Exited)
                    {
                        return;
                    }
                }
            }
        }

        // No word from the monitor: it was killed, or it had finished before we came.
        var said = false;
        while (TryReadState(run) is { } state && state.IsProcessAlive())
        {
            if (!said)
            {
                said = true;
                EngineLog.MonitorLost(_logger, entry.Container.Name);
                SetStatus(entry, entry.Container.Status with
                {
                    Warnings = [.. entry.Container.Status.Warnings, "Its monitor is gone: output is no longer recorded, and the exit code will be lost."],
                });
            }

            await Task.Delay(ProcessPollInterval, _time, cancellationToken);
        }
    }

    /// <summary>Sets the status of a run that is over from what was written down.</summary>
    void Conclude(ContainerEntry entry)
    {
        var id = entry.Container.Id;
        using var bundle = _folders.Containers.OpenFolder(id);
        // Before anybody hears of the end: whoever deletes the container then must find nobody writing in its folder.
        KeepTimeline(entry, bundle);
        var record = ReadExit(id, bundle);
        var status = entry.Container.Status;
        SetStatus(entry, record is not null
            ? Ended(record, status.Warnings)
            : new ContainerStatus
            {
                State = ContainerState.Exited,
                StartedAt = status.StartedAt,
                FinishedAt = _time.GetUtcNow(),
                ExitCode = LostExitCode,
                Error = "The exit code was lost with its monitor.",
                Warnings = status.Warnings,
            });
        bundle.Delete(HostFolders.StartedMarker);
        if (record is null)
        {
            // What a monitor does at its end, when it had none.
            entry.Cgroup?.Kill();
            entry.Cgroup?.TryRemove();
        }

        entry.Cgroup = null;
        entry.Metrics.EndRun();
        _folders.Running.DeleteTree(id);
        EngineLog.Ended(_logger, entry.Container.Name, entry.Container.Status.ExitCode ?? 0, entry.Container.Status.OutOfMemory);
        entry.EndRun();
    }

    /// <summary>A full disk makes the monitor leave the record in the run folder; then it is moved to where it lasts.</summary>
    ExitRecord? ReadExit(string id, Folder bundle)
    {
        if (ExitRecord.Read(bundle) is { } record)
        {
            return record;
        }

        using var run = TryOpen(_folders.Running, id);
        return run is null ? null : ExitRecord.Read(run);
    }

    static ContainerStatus Ended(ExitRecord record, IReadOnlyList<string> warnings) => new()
    {
        State = ContainerState.Exited,
        StartedAt = Time(record.StartedAt),
        FinishedAt = Time(record.FinishedAt),
        ExitCode = record.ExitCode,
        Signal = record.Signal == 0 ? null : record.Signal,
        OutOfMemory = record.OutOfMemory,
        Warnings = warnings,
    };

    static StateRecord? TryReadState(Folder run)
    {
        try
        {
            return StateRecord.Read(run);
        }
        catch (SpecException)
        {
            return null;
        }
    }

    /// <summary>Takes the exit status of a monitor that is ending, so that it does not stay as a zombie.</summary>
    async Task ReapAsync(SafeFileHandle monitor)
    {
        using (monitor)
        {
            try
            {
                while (Processes.Reap(monitor, wait: false) is null)
                {
                    await Task.Delay(ReapInterval, _time, _closing.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // The engine is closing: the monitor's next parent reaps it.
            }
        }
    }
}
