using System.Text.Json;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Monitoring;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Engine;

public sealed partial class ContainerEngine
{
    /// <summary>Finds every container as it is: definitions from the log, the rest from files and kernel.</summary>
    async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (var stored in _records.Current.Where(r => r.Record.Kind == Definitions.Kind))
        {
            try
            {
                var definition = Definitions.FromRecord(stored.Record);
                var entry = new ContainerEntry(new Container(definition, new ContainerStatus { State = ContainerState.Created }));
                _table.Add(entry);
                await RecoverAsync(entry, cancellationToken);
            }
            catch (JsonException e)
            {
                EngineLog.DefinitionUnreadable(_logger, e, stored.Record.Id);
            }
        }

        await RemoveOrphansAsync(cancellationToken);
        var all = List();
        EngineLog.Ready(_logger, all.Count, all.Count(c => c.Status.IsAlive), _layout.Mode);
    }

    async Task RecoverAsync(ContainerEntry entry, CancellationToken cancellationToken)
    {
        var id = entry.Container.Id;
        using var bundle = TryOpen(_folders.Containers, id);
        using var run = TryOpen(_folders.Running, id);
        var (exit, exitFact) = Read(() => (bundle is null ? null : ExitRecord.Read(bundle)) ?? (run is null ? null : ExitRecord.Read(run)));
        var monitorAlive = await AnswersAsync(run, cancellationToken);
        var (state, stateFact) = monitorAlive ? await AwaitStateAsync(run!, cancellationToken) : ReadState(run);
        var facts = new ContainerFacts(
            bundle?.Exists(HostFolders.StartedMarker) ?? false, exitFact, stateFact, state?.IsProcessAlive() ?? false, monitorAlive);
        switch (Recovery.Decide(facts))
        {
            case Finding.Running or Finding.Unwatched:
                Adopt(entry, state?.Pid ?? 0, state is null ? _time.GetUtcNow() : Time(state.StartedAt), _grants.Warnings, monitor: null);
                break;
            case Finding.Exited:
                SetStatus(entry, Ended(exit!, []));
                bundle!.Delete(HostFolders.StartedMarker);
                break;
            case Finding.Lost:
                entry.Cgroup = ContainerCgroup.Find(_layout, CgroupPath(id));
                Conclude(entry);
                break;
            case Finding.Broken:
                SetStatus(entry, new ContainerStatus { State = ContainerState.Broken, Error = Contradiction(facts) });
                break;
        }
    }

    /// <summary>Removes folders and processes that belong to no record: what a crash in the middle of a deletion leaves.</summary>
    async Task RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, _) in _folders.Containers.List().Concat(_folders.Running.List()).DistinctBy(e => e.Name).ToList())
        {
            if (_table.Entries.Any(entry => entry.Container.Id == id) || _records.Current.Any(r => r.Record.Id == id))
            {
                continue;
            }

            var cgroup = ContainerCgroup.Find(_layout, CgroupPath(id));
            cgroup.Kill();
            while (!cgroup.TryRemove())
            {
                await Task.Delay(ReapInterval, _time, cancellationToken);
            }

            RemoveFolders(id);
            EngineLog.OrphanRemoved(_logger, id);
        }
    }

    static async Task<bool> AnswersAsync(Folder? run, CancellationToken cancellationToken)
    {
        if (run is null || await MonitorConnection.TryOpenAsync(run, cancellationToken) is not { } connection)
        {
            return false;
        }

        await connection.DisposeAsync();
        return true;
    }

    static (StateRecord? Value, RecordFact Fact) ReadState(Folder? run) => Read(() => run is null ? null : StateRecord.Read(run));

    /// <summary>A monitor that is still launching writes the state within moments.</summary>
    async Task<(StateRecord? Value, RecordFact Fact)> AwaitStateAsync(Folder run, CancellationToken cancellationToken)
    {
        var state = ReadState(run);
        for (var attempt = 0; state.Fact is RecordFact.Absent && attempt < 200 && await AnswersAsync(run, cancellationToken); attempt++)
        {
            await Task.Delay(ReapInterval, _time, cancellationToken);
            state = ReadState(run);
        }

        return state;
    }

    static (T? Value, RecordFact Fact) Read<T>(Func<T?> read)
        where T : class
    {
        try
        {
            var value = read();
            return (value, value is null ? RecordFact.Absent : RecordFact.Valid);
        }
        catch (SpecException)
        {
            return (null, RecordFact.Damaged);
        }
    }

    static string Contradiction(ContainerFacts facts) => facts switch
    {
        { ProcessAlive: true } => "Its exit record says that it ended, but its process is alive.",
        { Exit: RecordFact.Damaged } => "Its exit record (exit.json) is damaged.",
        _ => "Its state record (state.json) is damaged.",
    };
}
