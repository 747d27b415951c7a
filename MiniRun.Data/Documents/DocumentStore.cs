using MiniRun.Data.Storage;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data.Documents;

/// <summary>The snapshot: <c>&lt;kind&gt;/&lt;id&gt;.json</c> below the store's folder.</summary>
sealed class DocumentStore(Disk disk, string folder)
{
    const string Suffix = ".json";

    /// <summary>Reads every document. What is damaged is moved aside and told, never thrown.</summary>
    public IReadOnlyList<StoredRecord> Load(ICollection<string> warnings)
    {
        var documents = new List<StoredRecord>();
        foreach (var kind in Directory.EnumerateDirectories(folder).Where(path => RecordRules.IsKind(Path.GetFileName(path))))
        {
            foreach (var path in Directory.GetFileSystemEntries(kind))
            {
                var name = Path.GetFileName(path);
                if (IsLeftover(name))
                {
                    TryDelete(path);
                }
                else if (name.EndsWith(Suffix, StringComparison.Ordinal) && RecordRules.IsId(name[..^Suffix.Length]))
                {
                    if (Read(path, Path.GetFileName(kind), name[..^Suffix.Length]) is { } stored)
                    {
                        documents.Add(stored);
                    }
                    else
                    {
                        warnings.Add(Quarantine(path));
                    }
                }
            }
        }

        return documents;
    }

    /// <summary>Makes the documents of these keys equal to what is current. Durable when it returns.</summary>
    public void Bring(IEnumerable<RecordKey> keys, IReadOnlyDictionary<RecordKey, StoredRecord> current, Guid epoch)
    {
        foreach (var kind in keys.GroupBy(key => key.Kind))
        {
            var kindFolder = Path.Join(folder, kind.Key);
            disk.CreateFolder(kindFolder);
            foreach (var key in kind)
            {
                var path = Path.Join(kindFolder, key.Id + Suffix);
                if (current.TryGetValue(key, out var stored))
                {
                    disk.Replace(path, DocumentEnvelope.Write(stored, epoch));
                }
                else
                {
                    disk.Delete(path);
                }
            }

            // The deletions count too: with the log gone, an undone one would bring its record back.
            disk.SyncFolder(kindFolder);
        }
    }

    static StoredRecord? Read(string path, string kind, string id)
    {
        try
        {
            return DocumentEnvelope.Read(File.ReadAllBytes(path)) is { } stored && stored.Record.Kind == kind && stored.Record.Id == id
                ? stored
                : null;
        }
        catch (Exception exception) when (Disk.IsRefusal(exception))
        {
            return null;
        }
    }

    string Quarantine(string path)
    {
        try
        {
            return $"The document {path} is damaged; it is kept as {disk.Quarantine(path)}, and its record is what the log still had of it.";
        }
        catch (Exception exception) when (Disk.IsRefusal(exception))
        {
            return $"The document {path} is damaged and could not be moved aside ({exception.Message}).";
        }
    }

    static bool IsLeftover(string name) => name.StartsWith('.') && name.EndsWith(Disk.TemporarySuffix, StringComparison.Ordinal);

    // A leftover of a crash does no harm: the next snapshot overwrites it.
    static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (Disk.IsRefusal(exception))
        {
        }
    }
}
