using System.Buffers;
using MiniRun.Data.Log;
using MiniRun.Data.Storage;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data;

/// <summary>The one writer. Whatever waits when the disk becomes free shares the next fsync.</summary>
public sealed partial class FileRecordLog
{
    const int BatchBytes = 1 << 20;

    async Task WriteAsync()
    {
        var batch = new List<PendingWrite>();
        while (await _writes.Reader.WaitToReadAsync())
        {
            var bytes = 0;
            var snapshot = default(PendingWrite);
            while (snapshot is null && bytes < BatchBytes && _writes.Reader.TryRead(out var write))
            {
                if (!write.TryClaim())
                {
                    continue;
                }

                if (write.Record is { } record)
                {
                    bytes += record.Document.Length;
                    batch.Add(write);
                }
                else
                {
                    snapshot = write;
                }
            }

            Append(batch);
            batch.Clear();
            if (snapshot is not null || _log?.Length >= _snapshotAt)
            {
                TrySnapshot(snapshot);
            }
        }
    }

    void Append(List<PendingWrite> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var records = batch.Select((write, index) => new StoredRecord(_sequence + 1 + index, write.Record!)).ToList();
        try
        {
            WriteFrames(records);
        }
        catch (Exception exception)
        {
            // Every kind of failure has to reach the senders: an exception that ended the writer would leave them waiting.
            _logger.AppendFailed(exception, batch.Count);
            batch.ForEach(write => write.Fail(new IOException(
                $"{LogPath} cannot be written ({exception.Message.TrimEnd('.')}); the record was not kept: free or mend the disk, then try again.",
                exception)));
            return;
        }

        lock (_gate)
        {
            records.ForEach(Apply);
            _snapshotOfCurrent = null;
        }

        for (var index = 0; index < batch.Count; index++)
        {
            batch[index].Complete(records[index].Sequence);
        }
    }

    void WriteFrames(List<StoredRecord> records)
    {
        if (_log is null or { IsBroken: true })
        {
            Snapshot();
        }

        var frames = new ArrayBufferWriter<byte>();
        records.ForEach(stored => Frame.Write(frames, stored));
        _log!.Append(frames.WrittenSpan);
    }

    void Apply(StoredRecord stored)
    {
        var key = RecordKey.Of(stored.Record);
        _sequence = stored.Sequence;
        _changed.Add(key);
        if (stored.Record.Deleted)
        {
            _current.Remove(key);
        }
        else
        {
            _current[key] = stored;
        }
    }

    void TrySnapshot(PendingWrite? asked)
    {
        try
        {
            Snapshot();
            asked?.Complete(_sequence);
        }
        catch (Exception exception)
        {
            // As above; and not before the log has grown as much again, so that a full disk is not kept busy.
            _snapshotAt = (_log?.Length ?? 0) + _options.SnapshotBytes;
            _logger.SnapshotFailed(exception);
            asked?.Fail(new IOException($"The documents in {_options.Folder} cannot be written: {exception.Message}", exception));
        }
    }

    /// <summary>Documents first, durable; only then an empty log in place of the one that they replace.</summary>
    void Snapshot()
    {
        _documents.Bring(_changed, _current, Epoch);
        var written = _changed.Count;
        StartLog();
        _changed.Clear();
        _snapshotAt = _options.SnapshotBytes;
        _logger.SnapshotTaken(written, _sequence);
    }

    void StartLog()
    {
        var temporary = Disk.TemporaryName(LogPath);
        var fresh = LogFile.Prepare(_disk, temporary, new LogHeader(Epoch, _sequence));
        try
        {
            lock (_gate)
            {
                if (_logIsDamaged && Path.Exists(LogPath))
                {
                    _disk.Quarantine(LogPath);
                }

                _disk.Rename(temporary, LogPath);
                _log?.Dispose();
                _log = fresh;
            }
        }
        catch
        {
            fresh.Dispose();
            throw;
        }

        _logIsDamaged = false;
        // Until the name is durable, a power cut could bring the old log back and lose what the new one took.
        fresh.IsBroken = true;
        _disk.SyncFolder(_options.Folder);
        fresh.IsBroken = false;
    }
}
