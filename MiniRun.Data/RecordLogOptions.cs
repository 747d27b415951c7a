namespace MiniRun.Data;

/// <summary>Where a record log lives and when it tidies up.</summary>
public sealed record RecordLogOptions
{
    /// <summary>The store's own folder, such as <c>/var/lib/minirun/store</c>; made when it does not exist.</summary>
    public required string Folder { get; init; }

    /// <summary>A log longer than this many bytes is turned into documents by itself.</summary>
    public long SnapshotBytes { get; init; } = 4 << 20;

    internal RecordLogOptions Validated()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Folder);
        if (SnapshotBytes <= 0)
        {
            throw new ArgumentException($"SnapshotBytes: {SnapshotBytes} is not a size; set a positive number of bytes.");
        }

        return this with { Folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)) };
    }
}
