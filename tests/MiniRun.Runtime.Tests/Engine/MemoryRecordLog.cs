using System.Runtime.CompilerServices;
using MiniRun.Runtime.Engine;
using Record = MiniRun.Runtime.Engine.Record;

namespace MiniRun.Runtime.Tests.Engine;

/// <summary>A record log that forgets with the process; it outlives engines, as a disk would.</summary>
sealed class MemoryRecordLog : IRecordLog
{
    readonly List<StoredRecord> _all = [];

    /// <summary>Thrown by the next append instead of appending.</summary>
    public IOException? NextFailure { get; set; }

    public IReadOnlyCollection<StoredRecord> Current
    {
        get
        {
            lock (_all)
            {
                return [.. _all.GroupBy(r => (r.Record.Kind, r.Record.Id)).Select(g => g.Last()).Where(r => !r.Record.Deleted)];
            }
        }
    }

    public ValueTask<long> AppendAsync(Record record, CancellationToken cancellationToken)
    {
        lock (_all)
        {
            if (NextFailure is { } failure)
            {
                NextFailure = null;
                throw failure;
            }

            _all.Add(new StoredRecord(_all.Count + 1, record));
            return ValueTask.FromResult((long)_all.Count);
        }
    }

    public async IAsyncEnumerable<StoredRecord> ReadAsync(long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var record in _all.Where(r => r.Sequence > afterSequence))
        {
            yield return record;
        }
    }

    public Task SnapshotAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
