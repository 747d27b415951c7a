using System.Buffers.Binary;
using System.Numerics;

namespace MiniRun.Data.Storage;

/// <summary>CRC-32C (Castagnoli), the checksum that processors compute by themselves.</summary>
static class Crc32C
{
    public const uint Seed = uint.MaxValue;

    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Add(Seed, bytes);

    /// <summary>Goes on from <paramref name="state"/>; start with <see cref="Seed"/> and invert at the end.</summary>
    public static uint Add(uint state, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return state;
    }
}
