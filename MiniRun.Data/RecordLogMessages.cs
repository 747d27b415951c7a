using Microsoft.Extensions.Logging;

namespace MiniRun.Data;

static partial class RecordLogMessages
{
    [LoggerMessage(2001, LogLevel.Information, "The store {Folder} has {Records} records up to sequence {Sequence}, epoch {Epoch}")]
    public static partial void Opened(this ILogger logger, string folder, int records, long sequence, Guid epoch);

    [LoggerMessage(2002, LogLevel.Warning, "{Warning}")]
    public static partial void Recovered(this ILogger logger, string warning);

    [LoggerMessage(2003, LogLevel.Information, "The log {Path} ended in {Bytes} bytes of an unfinished append; they were cut off")]
    public static partial void TailCut(this ILogger logger, string path, long bytes);

    [LoggerMessage(2004, LogLevel.Error, "{Records} records were refused because the log could not be written")]
    public static partial void AppendFailed(this ILogger logger, Exception exception, int records);

    [LoggerMessage(2005, LogLevel.Error, "The snapshot failed; the log goes on growing and the next try follows")]
    public static partial void SnapshotFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2006, LogLevel.Debug, "Snapshot of {Records} changed records; the log starts again after sequence {Sequence}")]
    public static partial void SnapshotTaken(this ILogger logger, int records, long sequence);
}
