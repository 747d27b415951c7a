using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>Writes a container's output in the CRI text format: a line is
/// <c>time stream tag content</c>, with RFC 3339 nanoseconds and the tag F for a whole line, P for a part of one.</summary>
/// <remarks>Rotates at 10 MiB and keeps five files: <c>log</c>, <c>log.1</c>, ... <c>log.4</c>. A full disk loses output, never
/// the container: what was lost is counted and said as soon as there is space.</remarks>
sealed class LogWriter(Folder folder) : IDisposable
{
    public const string FileName = "log";
    public const int MaximumFileSize = 10 << 20;
    public const int MaximumFiles = 5;

    /// <summary>Longer lines are split into parts.</summary>
    public const int MaximumContent = 16 * 1024;

    // "2016-10-06T00:17:09.669794202Z stdout F "
    const int PrefixSize = 40;

    readonly PendingLine _output = new("stdout"u8.ToArray());
    readonly PendingLine _error = new("stderr"u8.ToArray());
    readonly byte[] _buffer = new byte[128 * 1024];
    int _buffered;
    SafeFileHandle? _file;
    long _size;
    long _lost;

    /// <summary>Whether a line has begun that <see cref="FlushParts"/> would write.</summary>
    public bool HasParts => _output.Length > 0 || _error.Length > 0;

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
                bytes.CopyTo(pending.Bytes.AsSpan(pending.Length));
                pending.Length += bytes.Length;
                bytes = default;
            }
        }

        Flush();
    }

    /// <summary>Writes what has begun of a line: a prompt stays without its line feed for as long as the user thinks.</summary>
    public void FlushParts()
    {
        foreach (var pending in (ReadOnlySpan<PendingLine>)[_output, _error])
        {
            if (pending.Length > 0)
            {
                Record(pending, default, 'P');
            }
        }

        Flush();
    }

    public void Dispose()
    {
        FlushParts();
        _file?.Dispose();
    }

    void Record(PendingLine pending, ReadOnlySpan<byte> rest, char tag)
    {
        if (_buffered + PrefixSize + pending.Length + rest.Length + 1 > _buffer.Length)
        {
            Flush();
        }

        var start = _buffered;
        _buffered += Timestamp.Write(_buffer.AsSpan(_buffered), Clock.Realtime());
        Put(" "u8);
        Put(pending.Name);
        Put(tag == 'F' ? " F "u8 : " P "u8);
        Put(pending.Bytes.AsSpan(0, pending.Length));
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
            _buffer.AsSpan(start, record).CopyTo(_buffer);
            _buffered = record;
        }
    }

    void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    void Flush()
    {
        if (_buffered == 0)
        {
            return;
        }

        try
        {
            OpenFile();
            if (_lost > 0)
            {
                SayWhatWasLost();
            }

            Files.Write(_file!, _buffer.AsSpan(0, _buffered), FileName);
            _size += _buffered;
        }
        catch (KernelException)
        {
            // Whatever the disk says, the container goes on; the next success tells how much is missing.
            _lost += _buffered;
        }

        _buffered = 0;
    }

    void SayWhatWasLost()
    {
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
        Files.Write(_file!, record[..length], FileName);
        _size += length;
        _lost = 0;
    }

    void OpenFile()
    {
        if (_file is not null)
        {
            return;
        }

        _file = folder.OpenFile(FileName, Open.WriteOnly | Open.Create | Open.Append);
        _size = RandomAccess.GetLength(_file);
    }

    void Rotate()
    {
        _file?.Dispose();
        _file = null;
        try
        {
            for (var number = MaximumFiles - 1; number > 0; number--)
            {
                var from = number == 1 ? FileName : Name(number - 1);
                if (folder.Exists(from))
                {
                    folder.Rename(from, Name(number));
                }
            }
        }
        catch (KernelException)
        {
            // The container goes on, and so does the file it had; the next record tries again.
        }

        _size = 0;
    }

    /// <summary>"log.3"; 0 is the file that is being written.</summary>
    public static string Name(int number) => number == 0 ? FileName : string.Create(CultureInfo.InvariantCulture, $"{FileName}.{number}");

    sealed class PendingLine(byte[] name)
    {
        public byte[] Name { get; } = name;

        public byte[] Bytes { get; } = new byte[MaximumContent];

        public int Length { get; set; }
    }
}
