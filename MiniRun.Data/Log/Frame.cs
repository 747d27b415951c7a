using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MiniRun.Data.Storage;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data.Log;

/// <summary>
/// One record in the log: marker, length, checksum of length and body, body
/// (sequence, deleted flag, lengths of kind and id, kind, id, document); integers are little-endian.
/// </summary>
static class Frame
{
    const int PrefixSize = 12;
    const int FixedBodySize = 11;
    const int MaxBodySize = FixedBodySize + byte.MaxValue + byte.MaxValue + RecordRules.MaxDocumentBytes;

    // 0xFF never occurs in UTF-8, so no document can hold something that looks like a frame.
    public static ReadOnlySpan<byte> Marker => [0xFF, (byte)'M', (byte)'R', 1];

    public static void Write(IBufferWriter<byte> target, StoredRecord stored)
    {
        var (kind, id, document, deleted) = stored.Record;
        var body = FixedBodySize + kind.Length + id.Length + document.Length;
        var frame = target.GetSpan(PrefixSize + body)[..(PrefixSize + body)];
        Marker.CopyTo(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], body);
        BinaryPrimitives.WriteInt64LittleEndian(frame[12..], stored.Sequence);
        frame[20] = deleted ? (byte)1 : (byte)0;
        frame[21] = (byte)kind.Length;
        frame[22] = (byte)id.Length;
        Encoding.ASCII.GetBytes(kind, frame[23..]);
        Encoding.ASCII.GetBytes(id, frame[(23 + kind.Length)..]);
        document.Span.CopyTo(frame[(23 + kind.Length + id.Length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], Checksum(frame));
        target.Advance(frame.Length);
    }

    /// <summary>Reads the frame that begins at the first byte.</summary>
    /// <returns>Null when there is no whole, intact frame.</returns>
    public static StoredRecord? Read(ReadOnlySpan<byte> bytes, out int size)
    {
        size = 0;
        if (bytes.Length < PrefixSize + FixedBodySize || !bytes.StartsWith(Marker))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (length is < FixedBodySize or > MaxBodySize || length > bytes.Length - PrefixSize)
        {
            return null;
        }

        var frame = bytes[..(PrefixSize + length)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame[8..]) != Checksum(frame) || 23 + frame[21] + frame[22] > frame.Length)
        {
            return null;
        }

        size = frame.Length;
        var names = frame[23..];
        var kind = Encoding.ASCII.GetString(names[..frame[21]]);
        var id = Encoding.ASCII.GetString(names.Slice(frame[21], frame[22]));
        var document = names[(frame[21] + frame[22])..].ToArray();
        return new StoredRecord(BinaryPrimitives.ReadInt64LittleEndian(frame[12..]), new Record(kind, id, document, frame[20] != 0));
    }

    static uint Checksum(ReadOnlySpan<byte> frame) => ~Crc32C.Add(Crc32C.Add(Crc32C.Seed, frame[4..8]), frame[12..]);
}
