using System.Buffers.Binary;
using MiniRun.Data.Storage;

namespace MiniRun.Data.Log;

/// <summary>The first bytes of a log: what it is, whose it is, and which sequence number it follows.</summary>
/// <param name="Epoch">Tells this store from one made again on the same host.</param>
/// <param name="BaseSequence">The last sequence number before this log; 0 in the first one.</param>
sealed record LogHeader(Guid Epoch, long BaseSequence)
{
    public const int Size = 40;
    public const int CurrentVersion = 1;

    static ReadOnlySpan<byte> Magic => "MiniRun\n"u8;

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), CurrentVersion);
        Epoch.TryWriteBytes(bytes.AsSpan(12));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(28), BaseSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(36), Crc32C.Compute(bytes.AsSpan(0, 36)));
        return bytes;
    }

    /// <returns>Null when the bytes are not an intact header.</returns>
    /// <exception cref="IOException">The header is intact and of a version that this program does not know.</exception>
    public static LogHeader? Read(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length < Size
            || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]) != Crc32C.Compute(bytes[..36]))
        {
            return null;
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        return version == CurrentVersion
            ? new LogHeader(new Guid(bytes.Slice(12, 16)), BinaryPrimitives.ReadInt64LittleEndian(bytes[28..]))
            : throw new IOException(
                $"{path} has format {version}, and this MiniRun reads format {CurrentVersion}: start the version that wrote it.");
    }
}
