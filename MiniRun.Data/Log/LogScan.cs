using MiniRun.Runtime.Engine;

namespace MiniRun.Data.Log;

/// <summary>What the bytes of a log hold.</summary>
/// <param name="Header">Null when it is damaged.</param>
/// <param name="Records">Every intact record, in order.</param>
/// <param name="GoodLength">Where the last intact record ends.</param>
/// <param name="TornBytes">What follows: an append that a crash left unfinished.</param>
/// <param name="Damage">What is wrong before that place, as a clause; null when nothing is.</param>
sealed record LogScan(LogHeader? Header, IReadOnlyList<StoredRecord> Records, int GoodLength, int TornBytes, string? Damage)
{
    /// <exception cref="IOException">The log is of an unknown version.</exception>
    public static LogScan Read(ReadOnlySpan<byte> bytes, string path)
    {
        var header = LogHeader.Read(bytes, path);
        var damage = header is null ? "its header is damaged" : null;
        var records = new List<StoredRecord>();
        var last = header?.BaseSequence ?? 0;
        var good = header is null ? 0 : LogHeader.Size;
        var position = good;
        while (position < bytes.Length)
        {
            var stored = Frame.Read(bytes[position..], out var size);
            if (stored is null || stored.Sequence <= last)
            {
                // After a torn tail nothing intact follows; after damage in the middle something does.
                var next = bytes[(position + 1)..].IndexOf(Frame.Marker);
                position = next < 0 ? bytes.Length : position + 1 + next;
                continue;
            }

            if (position != good || (header is not null && stored.Sequence != last + 1))
            {
                damage ??= $"{position - good} bytes at offset {good} are unreadable, where records {last + 1} to {stored.Sequence - 1} were";
            }

            records.Add(stored);
            last = stored.Sequence;
            position += size;
            good = position;
        }

        return new LogScan(header, records, good, bytes.Length - good, damage);
    }
}
