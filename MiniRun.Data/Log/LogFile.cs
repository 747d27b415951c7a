using MiniRun.Data.Storage;

namespace MiniRun.Data.Log;

/// <summary>The open log. Everything before <see cref="Length"/> is on stable storage.</summary>
sealed class LogFile : IDisposable
{
    readonly Disk _disk;
    readonly FileStream _file;

    LogFile(Disk disk, FileStream file, LogHeader header, long length)
    {
        _disk = disk;
        _file = file;
        Header = header;
        Length = length;
    }

    public LogHeader Header { get; }

    public long Length { get; private set; }

    /// <summary>What the file holds can no longer be trusted to be durable: only a fresh log may take the next record.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Writes an empty log under a temporary name; rename it to begin using it.</summary>
    public static LogFile Prepare(Disk disk, string temporaryPath, LogHeader header)
    {
        var file = disk.Open(temporaryPath, FileMode.Create);
        try
        {
            disk.Write(file, header.ToBytes(), 0);
            disk.Sync(file);
            return new LogFile(disk, file, header, LogHeader.Size);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a log for going on after its last intact record.</summary>
    public static LogFile Open(Disk disk, string path, LogHeader header, LogScan scan)
    {
        var log = new LogFile(disk, disk.Open(path, FileMode.Open), header, scan.GoodLength);
        if (scan.TornBytes > 0)
        {
            log.CutBack();
        }

        return log;
    }

    /// <exception cref="IOException">Nothing of it counts as written.</exception>
    public void Append(ReadOnlySpan<byte> frames)
    {
        try
        {
            _disk.Write(_file, frames, Length);
        }
        catch
        {
            CutBack();
            throw;
        }

        try
        {
            _disk.Sync(_file);
        }
        catch
        {
            // The kernel forgets which pages it failed to write: a second fsync would succeed and mean nothing.
            CutBack();
            IsBroken = true;
            throw;
        }

        Length += frames.Length;
    }

    public void Dispose() => _file.Dispose();

    void CutBack()
    {
        try
        {
            _disk.Truncate(_file, Length);
            _disk.Sync(_file);
        }
        catch (Exception exception) when (Disk.IsRefusal(exception))
        {
            IsBroken = true;
        }
    }
}
