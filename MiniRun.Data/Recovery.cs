using MiniRun.Data.Documents;
using MiniRun.Data.Log;
using MiniRun.Data.Storage;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data;

/// <summary>What a store holds when it is opened: its documents, and over them the log's records in order.</summary>
sealed class Recovery
{
    public Dictionary<RecordKey, StoredRecord> Current { get; } = [];

    /// <summary>Keys whose document may differ from what is current.</summary>
    public HashSet<RecordKey> Changed { get; } = [];

    public List<string> Warnings { get; } = [];

    public long Sequence { get; private set; }

    public Guid Epoch { get; private set; }

    /// <summary>Null when there is no log that could be gone on with.</summary>
    public LogScan? Log { get; private set; }

    /// <summary>A damaged log lies where the next one belongs.</summary>
    public bool LogIsDamaged { get; private set; }

    public static Recovery Read(Disk disk, string folder, string logPath)
    {
        var recovery = new Recovery();
        var exists = Path.Exists(logPath);
        if (exists)
        {
            recovery.ReadLog(logPath);
        }

        var documents = new DocumentStore(disk, folder).Load(recovery.Warnings);
        recovery.Apply(documents, logPath);
        if (!exists && documents.Count > 0)
        {
            recovery.Warnings.Add($"The log {logPath} is missing; records newer than the documents beside it are lost.");
        }

        return recovery;
    }

    void ReadLog(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (Disk.IsRefusal(exception))
        {
            Damaged(path, exception.Message.TrimEnd('.'));
            return;
        }

        Log = LogScan.Read(bytes, path);

        if (Log.Damage is { } damage)
        {
            Damaged(path, damage);
        }
    }

    void Apply(IReadOnlyList<StoredRecord> documents, string logPath)
    {
        var logged = Log?.Records ?? [];
        var newestDocument = documents.Count == 0 ? 0 : documents.Max(document => document.Sequence);
        Sequence = logged.Count > 0 ? logged[^1].Sequence : Log?.Header?.BaseSequence ?? 0;
        if (newestDocument > Sequence && Log is { Damage: null })
        {
            // Documents are written from records that are on disk already, so the log once reached further.
            Damaged(logPath, $"it ends at record {Sequence} and a document has {newestDocument}");
        }

        Sequence = Math.Max(Sequence, newestDocument);
        foreach (var document in documents)
        {
            Current[RecordKey.Of(document.Record)] = document;
        }

        foreach (var stored in logged)
        {
            Replay(stored);
        }

        // Lost records leave sequence numbers that may be given again: a new epoch tells readers to start over.
        Epoch = !LogIsDamaged && Log?.Header is { } header ? header.Epoch : Guid.NewGuid();
    }

    void Replay(StoredRecord stored)
    {
        var key = RecordKey.Of(stored.Record);
        Changed.Add(key);
        if (Current.TryGetValue(key, out var known) && known.Sequence > stored.Sequence)
        {
            return;
        }

        if (stored.Record.Deleted)
        {
            Current.Remove(key);
        }
        else
        {
            Current[key] = stored;
        }
    }

    void Damaged(string path, string damage)
    {
        LogIsDamaged = true;
        Warnings.Add($"{path} is damaged: {damage}. Everything readable was kept.");
    }
}
