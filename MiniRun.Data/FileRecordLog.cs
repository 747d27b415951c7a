using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MiniRun.Data.Documents;
using MiniRun.Data.Log;
using MiniRun.Data.Storage;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data;

/// <summary>This host's records in one folder: an append-only log, and JSON documents as its snapshot.</summary>
public sealed partial class FileRecordLog : IRecordLog
{
    const string LogName = "records.log";
    const int QueuedWrites = 1024;

    // Guards what readers see: _current, _snapshotOfCurrent, _sequence, _log and the name of its file.
    readonly Lock _gate = new();
    readonly Channel<PendingWrite> _writes = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(QueuedWrites) { SingleReader = true });
    readonly RecordLogOptions _options;
    readonly ILogger _logger;
    readonly Disk _disk;
    readonly StoreLock _lock;
    readonly DocumentStore _documents;
    readonly Dictionary<RecordKey, StoredRecord> _current;
    readonly HashSet<RecordKey> _changed;
    IReadOnlyCollection<StoredRecord>? _snapshotOfCurrent;
    LogFile? _log;
    bool _logIsDamaged;
    long _sequence;
    long _snapshotAt;
    Task _writer = Task.CompletedTask;

    FileRecordLog(RecordLogOptions options, ILogger logger, Disk disk, StoreLock @lock, Recovery recovery)
    {
        (_options, _logger, _disk, _lock) = (options, logger, disk, @lock);
        _documents = new DocumentStore(disk, options.Folder);
        (_current, _changed, _sequence) = (recovery.Current, recovery.Changed, recovery.Sequence);
        (_logIsDamaged, Epoch, Warnings) = (recovery.LogIsDamaged, recovery.Epoch, recovery.Warnings);
        _snapshotAt = options.SnapshotBytes;
    }

    /// <summary>Made when the store was created, and again when damage cost records: readers that know another one start over.</summary>
    public Guid Epoch { get; }

    /// <summary>What was damaged when the store was opened, a sentence each; empty when nothing was.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The number of the newest record; 0 in a new store.</summary>
    public long LastSequence
    {
        get
        {
            lock (_gate)
            {
                return _sequence;
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<StoredRecord> Current
    {
        get
        {
            lock (_gate)
            {
                return _snapshotOfCurrent ??= [.. _current.Values.OrderBy(stored => stored.Sequence)];
            }
        }
    }

    string LogPath => Path.Join(_options.Folder, LogName);

    /// <summary>Opens the store, or makes it. Damage never keeps it from opening: see <see cref="Warnings"/>.</summary>
    /// <exception cref="ArgumentException">An option is not acceptable.</exception>
    /// <exception cref="IOException">Somebody else has it open, the folder cannot be used, or a newer MiniRun wrote it.</exception>
    public static Task<FileRecordLog> OpenAsync(RecordLogOptions options, ILogger logger, CancellationToken cancellationToken) =>
        OpenAsync(options, logger, new Disk(), cancellationToken);

    internal static Task<FileRecordLog> OpenAsync(
        RecordLogOptions options, ILogger logger, Disk disk, CancellationToken cancellationToken) =>
        Task.Run(() => Open(options.Validated(), logger, disk), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The kind, the id or the document is not acceptable.</exception>
    /// <exception cref="OperationCanceledException">The record was not written; a write that has begun is not cancelled.</exception>
    public async ValueTask<long> AppendAsync(Record record, CancellationToken cancellationToken) =>
        await EnqueueAsync(new PendingWrite(RecordRules.Accept(record)), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk refused; the log goes on as before.</exception>
    public Task SnapshotAsync(CancellationToken cancellationToken) => EnqueueAsync(new PendingWrite(record: null), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>A first record that does not follow <paramref name="afterSequence"/> means that a snapshot took those between.</remarks>
    public async IAsyncEnumerable<StoredRecord> ReadAsync(
        long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bytes = await ReadLogAsync(cancellationToken);
        foreach (var stored in LogScan.Read(bytes, LogPath).Records.Where(stored => stored.Sequence > afterSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return stored;
        }
    }

    /// <summary>Writes what was accepted, then lets go of the store.</summary>
    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writer;
        _log?.Dispose();
        _lock.Dispose();
    }

    async Task<long> EnqueueAsync(PendingWrite write, CancellationToken cancellationToken)
    {
        try
        {
            await _writes.Writer.WriteAsync(write, cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new ObjectDisposedException("The record log is closed: no record can be added any more.", exception);
        }

        await using var cancelling = cancellationToken.UnsafeRegister(
            (state, token) => ((PendingWrite)state!).Cancel(token), write);
        return await write.Done;
    }

    async Task<byte[]> ReadLogAsync(CancellationToken cancellationToken)
    {
        FileStream file;
        byte[] bytes;
        lock (_gate)
        {
            // Under the gate, so that the name still leads to the file whose length this is.
            if (_log is not { } log)
            {
                return [];
            }

            file = _disk.Open(LogPath, FileMode.Open);
            bytes = new byte[log.Length];
        }

        await using (file)
        {
            await file.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
    }
}
