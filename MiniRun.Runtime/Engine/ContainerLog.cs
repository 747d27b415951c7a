using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Engine;

/// <summary>Reads a container's log files, while the monitor writes and rotates them.</summary>
sealed class ContainerLog(Folder folder, TimeProvider time) : IDisposable
{
    static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Lines from the newest to the oldest. The last line may be partial.</summary>
    public IEnumerable<LogLine> ReadBackwards()
    {
        for (var number = 0; number < LogWriter.MaximumFiles; number++)
        {
            if (TryOpen(LogWriter.Name(number)) is not { } file)
            {
                yield break;
            }

            using (file)
            {
                var lines = new LineReader(file).ReadNew();
                for (var i = lines.Count - 1; i >= 0; i--)
                {
                    yield return lines[i];
                }
            }
        }
    }

    /// <param name="isAlive">Whether more may be written.</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(LogQuery query, Func<bool> isAlive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var current = TryOpen(LogWriter.FileName);
        var reader = current is null ? null : new LineReader(current);
        try
        {
            // The newest file is read through its reader, which then goes on where this ended.
            var recent = reader?.ReadNew() ?? [];
            foreach (var line in Select(recent, query))
            {
                yield return line;
            }

            while (query.Follow)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Asked before reading: what was written before the end is then read for certain.
                var alive = isAlive();
                foreach (var line in reader?.ReadNew() ?? [])
                {
                    yield return line;
                }

                if (reader is null || Rotated(current!))
                {
                    var rest = reader?.ReadNew() ?? [];
                    foreach (var line in rest)
                    {
                        yield return line;
                    }

                    current?.Dispose();
                    current = TryOpen(LogWriter.FileName);
                    reader = current is null ? null : new LineReader(current);
                }

                if (!alive)
                {
                    yield break;
                }

                await Task.Delay(FollowInterval, time, cancellationToken);
            }
        }
        finally
        {
            current?.Dispose();
        }
    }

    public void Dispose() => folder.Dispose();

    /// <summary>What the query wants of the lines written so far; older files are read only as far as needed.</summary>
    IEnumerable<LogLine> Select(List<LogLine> newest, LogQuery query)
    {
        if (query.Tail == 0)
        {
            return [];
        }

        var wanted = new List<LogLine>();
        var lines = 0;
        var seen = new HashSet<OutputStream>();
        for (var i = newest.Count - 1; i >= 0; i--)
        {
            if (!Take(newest[i]))
            {
                return Ordered();
            }
        }

        for (var number = 1; number < LogWriter.MaximumFiles && TryOpen(LogWriter.Name(number)) is { } file; number++)
        {
            using (file)
            {
                var older = new LineReader(file).ReadNew();
                for (var i = older.Count - 1; i >= 0; i--)
                {
                    if (!Take(older[i]))
                    {
                        return Ordered();
                    }
                }
            }
        }

        return Ordered();

        bool Take(LogLine line)
        {
            // The pieces of a line count once, with its end; a stream's last line may not have one yet.
            var isEnd = seen.Add(line.Stream) || !line.Partial;
            if (line.Time < query.Since || (isEnd && lines == query.Tail))
            {
                return false;
            }

            lines += isEnd ? 1 : 0;
            wanted.Add(line);
            return true;
        }

        IEnumerable<LogLine> Ordered()
        {
            wanted.Reverse();
            return wanted;
        }
    }

    /// <summary>Whether the name means another file by now.</summary>
    bool Rotated(SafeFileHandle file)
    {
        using var newest = TryOpen(LogWriter.FileName);
        return newest is not null && FileIdentity.Of(newest) != FileIdentity.Of(file);
    }

    SafeFileHandle? TryOpen(string name)
    {
        try
        {
            return folder.OpenFile(name);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Turns the records of one file into lines, going on where it ended before.</summary>
    sealed class LineReader(SafeFileHandle file)
    {
        // A part may end within a character: the decoder keeps its first bytes for the next part.
        readonly Decoder _output = Encoding.UTF8.GetDecoder();
        readonly Decoder _error = Encoding.UTF8.GetDecoder();
        byte[] _rest = [];
        long _position;

        /// <summary>What was written since the last call.</summary>
        public List<LogLine> ReadNew()
        {
            var lines = new List<LogLine>();
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var count = RandomAccess.Read(file, buffer, _position);
                if (count == 0)
                {
                    break;
                }

                _position += count;
                Split([.. _rest, .. buffer.AsSpan(0, count)], lines);
            }

            return lines;
        }

        void Split(byte[] bytes, List<LogLine> lines)
        {
            var left = bytes.AsSpan();
            for (var end = left.IndexOf((byte)'\n'); end >= 0; end = left.IndexOf((byte)'\n'))
            {
                if (LogRecord.TryParse(left[..end], out var record))
                {
                    Add(record, lines);
                }

                left = left[(end + 1)..];
            }

            _rest = left.ToArray();
        }

        /// <summary>Parts are lines of their own, marked so: a prompt is no whole line yet, but people wait for it.</summary>
        void Add(LogRecord record, List<LogLine> lines)
        {
            var decoder = record.Stream == OutputStream.Stderr ? _error : _output;
            var text = new char[Encoding.UTF8.GetMaxCharCount(record.Content.Length)];
            var length = decoder.GetChars(record.Content, text, flush: !record.IsPart);
            lines.Add(new LogLine(record.Time, record.Stream, new string(text, 0, length), record.IsPart));
        }
    }
}
