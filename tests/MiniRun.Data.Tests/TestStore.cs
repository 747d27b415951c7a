using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MiniRun.Data.Storage;
using MiniRun.Runtime.Engine;
using Record = MiniRun.Runtime.Engine.Record;

namespace MiniRun.Data.Tests;

/// <summary>A store in a folder of its own, gone after the test.</summary>
sealed class TestStore : IDisposable
{
    public TestStore(string? below = null) =>
        Folder = Path.Join(below ?? Path.GetTempPath(), "minirun-store-" + Guid.NewGuid().ToString("n")[..12]);

    public string Folder { get; }

    public string Log => Path.Join(Folder, "records.log");

    public long SnapshotBytes { get; init; } = 4 << 20;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Task<FileRecordLog> OpenAsync(Action<DiskAct, string>? before = null) => FileRecordLog.OpenAsync(
        new RecordLogOptions { Folder = Folder, SnapshotBytes = SnapshotBytes }, NullLogger.Instance, new Disk(before), Stop);

    public string Document(string kind, string id) => Path.Join(Folder, kind, id + ".json");

    /// <summary>Opens, reads and closes.</summary>
    public async Task<(IReadOnlyList<string> Current, IReadOnlyList<string> Warnings, long Sequence)> LookAsync()
    {
        await using var log = await OpenAsync();
        return (Text(log), log.Warnings, log.LastSequence);
    }

    public static Record Put(string id, string json = "{}", string kind = "things") => new(kind, id, Encoding.UTF8.GetBytes(json));

    public static Record Delete(string id, string kind = "things") => new(kind, id, default, Deleted: true);

    /// <summary>Every current record as "sequence kind/id document".</summary>
    public static IReadOnlyList<string> Text(FileRecordLog log) => [.. log.Current.Select(Text)];

    public static string Text(StoredRecord stored) => stored.Record.Deleted
        ? $"{stored.Sequence} {stored.Record.Kind}/{stored.Record.Id} deleted"
        : $"{stored.Sequence} {stored.Record.Kind}/{stored.Record.Id} {Encoding.UTF8.GetString(stored.Record.Document.Span)}";

    public static async Task<List<string>> ReadAsync(FileRecordLog log, long after = 0)
    {
        var records = new List<string>();
        await foreach (var stored in log.ReadAsync(after, Stop))
        {
            records.Add(Text(stored));
        }

        return records;
    }

    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
