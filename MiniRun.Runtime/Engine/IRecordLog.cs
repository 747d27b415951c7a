namespace MiniRun.Runtime.Engine;

/// <summary>Where the engine keeps what this host owns. An append that returned is on disk; nothing acknowledged is lost.</summary>
public interface IRecordLog : IAsyncDisposable
{
    /// <summary>The newest version of every record that was not deleted.</summary>
    IReadOnlyCollection<StoredRecord> Current { get; }

    /// <summary>Appends a version; returns once it is on stable storage.</summary>
    /// <returns>The sequence number: 1 for the first record of this host, then without gaps.</returns>
    /// <exception cref="IOException">The disk refused; the record is then not part of the log.</exception>
    ValueTask<long> AppendAsync(Record record, CancellationToken cancellationToken);

    /// <summary>Every record after a sequence number, in order, as far as the log still has them.</summary>
    IAsyncEnumerable<StoredRecord> ReadAsync(long afterSequence, CancellationToken cancellationToken);

    /// <summary>Writes the current records as JSON documents and starts a new, empty log.</summary>
    Task SnapshotAsync(CancellationToken cancellationToken);
}

/// <summary>One version of one thing that this host owns.</summary>
/// <param name="Kind">A plural noun of lower-case letters, such as <c>containers</c>.</param>
/// <param name="Id">1 to 128 letters, digits, <c>_</c>, <c>.</c> or <c>-</c>, the first a letter or digit.</param>
/// <param name="Document">UTF-8 JSON; empty when <paramref name="Deleted"/>.</param>
public sealed record Record(string Kind, string Id, ReadOnlyMemory<byte> Document, bool Deleted = false);

/// <summary>A record with its place in the log.</summary>
public sealed record StoredRecord(long Sequence, Record Record);
