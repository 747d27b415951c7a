using Microsoft.Extensions.Logging;
using MiniRun.Data.Log;
using MiniRun.Data.Storage;

namespace MiniRun.Data;

public sealed partial class FileRecordLog
{
    static FileRecordLog Open(RecordLogOptions options, ILogger logger, Disk disk)
    {
        StoreLock? held = null;
        FileRecordLog? log = null;
        try
        {
            disk.CreateFolder(options.Folder);
            held = StoreLock.Take(options.Folder);
            var recovery = Recovery.Read(disk, options.Folder, Path.Join(options.Folder, LogName));
            log = new FileRecordLog(options, logger, disk, held, recovery);
            log.OpenLog(recovery);
        }
        catch (Exception exception)
        {
            log?._log?.Dispose();
            held?.Dispose();
            if (exception is UnauthorizedAccessException)
            {
                throw new IOException($"The store {options.Folder} cannot be used: {exception.Message}", exception);
            }

            throw;
        }

        logger.Opened(options.Folder, log._current.Count, log._sequence, log.Epoch);
        foreach (var warning in log.Warnings)
        {
            logger.Recovered(warning);
        }

        log._writer = Task.Run(log.WriteAsync);
        return log;
    }

    void OpenLog(Recovery recovery)
    {
        if (recovery is { LogIsDamaged: false, Log: { Header: { } header } scan })
        {
            _log = LogFile.Open(_disk, LogPath, header, scan);
            if (scan.TornBytes > 0)
            {
                _logger.TailCut(LogPath, scan.TornBytes);
            }

            return;
        }

        if (_sequence == 0 && !_logIsDamaged)
        {
            StartLog();
            return;
        }

        try
        {
            Snapshot();
        }
        catch (Exception exception) when (Disk.IsRefusal(exception))
        {
            // What was read is all there, and the damaged log stays where it is: the next append tries again.
            _logger.SnapshotFailed(exception);
        }
    }
}
