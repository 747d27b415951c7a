using System.Globalization;
using System.Text;

namespace MiniRun.Runtime.Engine;

/// <summary>One record of the CRI log format: <c>time stream tag content</c>.</summary>
readonly ref struct LogRecord
{
    public DateTimeOffset Time { get; private init; }

    public OutputStream Stream { get; private init; }

    /// <summary>Whether the line goes on in the stream's next record.</summary>
    public bool IsPart { get; private init; }

    public ReadOnlySpan<byte> Content { get; private init; }

    /// <returns>False for what is no record: a hole that a crash left, or half a line.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogRecord record)
    {
        record = default;
        var time = line.IndexOf((byte)' ');
        // "time stdout F content": both streams' names have six letters.
        if (time < 20 || line.Length < time + 10 || line[time + 7] != ' ' || line[time + 9] != ' ')
        {
            return false;
        }

        var name = line.Slice(time + 1, 6);
        OutputStream? stream = name.SequenceEqual("stdout"u8) ? OutputStream.Stdout : name.SequenceEqual("stderr"u8) ? OutputStream.Stderr : null;
        if (stream is null || line[time + 8] is not ((byte)'F' or (byte)'P')
            || !DateTimeOffset.TryParse(Encoding.ASCII.GetString(line[..time]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return false;
        }

        record = new LogRecord { Time = at, Stream = stream.Value, IsPart = line[time + 8] == 'P', Content = line[(time + 10)..] };
        return true;
    }
}
