using System.Globalization;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>Writes a container's output in the CRI text format: a line is
/// <c>time stream tag content</c>, with RFC 3339 nanoseconds and the tag F for a whole line, P for a part of one.</summary>
/// <remarks>Rotates at 10 MiB and keeps five files: <c>log</c>, <c>log.1</c>, ... <c>log.4</c>. A full disk loses output, never
/// the container: what was lost is counted and said as soon as there is space. Nothing here allocates.</remarks>
sealed class LogWriter : IDisposable
{
    public const string FileName = "log";
    public const int MaximumFileSize = 10 << 20;
    public const int MaximumFiles = 5;

    /// <summary>Longer lines are split into parts.</summary>
    public const int MaximumContent = 16 * 1024;

    // "2016-10-06T00:17:09.669794202Z stdout F "
    const int PrefixSize = 40;

    /// <summary>Holds the largest record.</summary>
    const int BufferSize = 32 * 1024;

    readonly Descriptor _folder;
    readonly Pages _pages = new(BufferSize + (2 * MaximumContent));
    readonly PendingLine _output;
    readonly PendingLine _error;
    int _buffered;
    Descriptor _file = Descriptor.None;
    long _size;
    long _lost;

    /// <param name="folder">Where the files are; it stays open as long as this.</param>
    public LogWriter(Folder folder)
    {
        _folder = Descriptor.Of(folder.Handle);
        _output = new PendingLine(_pages, BufferSize);
        _error = new PendingLine(_pages, BufferSize + MaximumContent);
    }

    /// <summary>Whether a line has begun that <see cref="FlushParts"/> would write.</summary>
    public bool HasParts => _output.Length > 0 || _error.Length > 0;

    Span<byte> Buffer => _pages.Slice(0, BufferSize);

    /// <param name="stream">1 for stdout, 2 for stderr.</param>
    public void Append(byte stream, ReadOnlySpan<byte> bytes)
    {
        var pending = stream == 2 ? _error : _output;
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var room = MaximumContent - pending.Length;
            if (end >= 0 && end <= room)
            {
                Record(pending, bytes[..end], 'F');
                bytes = bytes[(end + 1)..];
            }
            else if (bytes.Length >= room)
            {
                Record(pending, bytes[..room], 'P');
                bytes = bytes[room..];
            }
            else
            {
                bytes.CopyTo(pending.Bytes[pending.Length..]);
                pending.Length += bytes.Length;
                bytes = default;
            }
        }

        Flush();
    }

    /// <summary>Writes what has begun of a line: a prompt stays without its line feed for as long as the user thinks.</summary>
    public void FlushParts()
    {
        FlushPart(_output);
        FlushPart(_error);
        Flush();
    }

    public void Dispose()
    {
        FlushParts();
        CloseFile();
        _pages.Dispose();
    }

    void FlushPart(PendingLine pending)
    {
        if (pending.Length > 0)
        {
            Record(pending, default, 'P');
        }
    }

    void Record(PendingLine pending, ReadOnlySpan<byte> rest, char tag)
    {
        if (_buffered + PrefixSize + pending.Length + rest.Length + 1 > BufferSize)
        {
            Flush();
        }

        var start = _buffered;
        _buffered += Timestamp.Write(Buffer[_buffered..], Clock.Realtime());
        Put(pending == _error ? " stderr "u8 : " stdout "u8);
        Put(tag == 'F' ? "F "u8 : "P "u8);
        Put(pending.Bytes[..pending.Length]);
        Put(rest);
        Put("\n"u8);
        pending.Length = 0;
        if (_size + _buffered > MaximumFileSize && _size > 0)
        {
            // The record that does not fit any more begins the next file.
            var record = _buffered - start;
            _buffered = start;
            Flush();
            Rotate();
            Buffer.Slice(start, record).CopyTo(Buffer);
            _buffered = record;
        }
    }

    void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Buffer[_buffered..]);
        _buffered += bytes.Length;
    }

    /// <summary>Whatever the disk says, the container goes on; the next success tells how much is missing.</summary>
    void Flush()
    {
        if (_buffered > 0)
        {
            var written = OpenFile() && SaidWhatWasLost() ? Write(Buffer[.._buffered]) : 0;
            _lost += _buffered - written;
            _buffered = 0;
        }
    }

    /// <returns>How many bytes the disk took.</returns>
    int Write(ReadOnlySpan<byte> bytes)
    {
        var written = 0;
        while (written < bytes.Length)
        {
            var count = _file.TryWrite(bytes[written..]);
            if (count < 0)
            {
                break;
            }

            written += count;
        }

        _size += written;
        return written;
    }

    bool SaidWhatWasLost()
    {
        if (_lost == 0)
        {
            return true;
        }

        // The line feed ends a record that the full disk may have cut.
        Span<byte> record = stackalloc byte[160];
        "\n"u8.CopyTo(record);
        var length = 1 + Timestamp.Write(record[1..], Clock.Realtime());
        " stderr F [minirun: the disk was full, lost bytes of log: "u8.CopyTo(record[length..]);
        length += " stderr F [minirun: the disk was full, lost bytes of log: "u8.Length;
        _lost.TryFormat(record[length..], out var digits, provider: CultureInfo.InvariantCulture);
        length += digits;
        "]\n"u8.CopyTo(record[length..]);
        length += 2;
        if (Write(record[..length]) < length)
        {
            return false;
        }

        _lost = 0;
        return true;
    }

    bool OpenFile()
    {
        if (!_file.IsOpen)
        {
            _file = _folder.TryOpen(NameOf(0), Open.WriteOnly | Open.Create | Open.Append);
            _size = _file.IsOpen ? _file.Length() : 0;
        }

        return _file.IsOpen;
    }

    void CloseFile()
    {
        if (_file.IsOpen)
        {
            _file.Close();
            _file = Descriptor.None;
        }
    }

    /// <summary>Where the disk refuses, the container goes on with the file it had; the next record tries again.</summary>
    void Rotate()
    {
        CloseFile();
        for (var number = MaximumFiles - 1; number > 0 && _folder.TryRename(NameOf(number - 1), NameOf(number)); number--)
        {
        }

        _size = 0;
    }

    /// <summary>As <see cref="Name"/>, for the kernel.</summary>
    static ReadOnlySpan<byte> NameOf(int number) => number switch
    {
        0 => "log\0"u8,
        1 => "log.1\0"u8,
        2 => "log.2\0"u8,
        3 => "log.3\0"u8,
        4 => "log.4\0"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(number)),
    };

    /// <summary>"log.3"; 0 is the file that is being written.</summary>
    public static string Name(int number) => number == 0 ? FileName : string.Create(CultureInfo.InvariantCulture, $"{FileName}.{number}");

    /// <summary>A line whose end has not come yet.</summary>
    sealed class PendingLine(Pages pages, int start)
    {
        public Span<byte> Bytes => pages.Slice(start, MaximumContent);

        public int Length { get; set; }
    }
}
