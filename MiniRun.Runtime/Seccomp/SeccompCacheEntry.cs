using System.Numerics;
using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Seccomp;

/// <summary>A file of the cache: a header, the program, and the whole profile that the program was made of.</summary>
static class SeccompCacheEntry
{
    /// <summary>To be raised with every change of what the compiler makes of a profile (a test watches over it).</summary>
    public const uint CompilerVersion = 1;

    /// <summary>"MRseccmp".</summary>
    const ulong Magic = 0x706D63636573524D;

    const int HeaderSize = 24;
    const int InstructionSize = 8;

    /// <summary>The name under which a profile is looked for. Another profile of the same name is told apart by its bytes.</summary>
    public static string Name(ReadOnlySpan<byte> document)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var hash = (ulong)document.Length;
        var words = MemoryMarshal.Cast<byte, ulong>(document);
        foreach (var word in words)
        {
            hash = (BitOperations.RotateLeft(hash, 23) ^ word) * Multiplier;
        }

        foreach (var letter in document[(words.Length * sizeof(ulong))..])
        {
            hash = (BitOperations.RotateLeft(hash, 23) ^ letter) * Multiplier;
        }

        // Low bits know nothing of what came in high: the last steps of a good hash fold them.
        hash = (hash ^ (hash >> 32)) * Multiplier;
        return (hash ^ (hash >> 29)).ToString("x16", null);
    }

    /// <summary>Whether a file of this size can be an entry for this profile.</summary>
    public static bool IsPossibleSize(ReadOnlySpan<byte> document, long size)
    {
        var program = size - HeaderSize - document.Length;
        return program is >= InstructionSize and <= InstructionSize * ClassicBpf.MaximumLength && program % InstructionSize == 0;
    }

    public static byte[] Write(Architecture processor, ReadOnlySpan<byte> document, SeccompProgram program)
    {
        var entry = new byte[HeaderSize + program.Instructions.Length + document.Length];
        MemoryMarshal.Write(entry, Magic);
        MemoryMarshal.Write(entry.AsSpan(8), CompilerVersion);
        MemoryMarshal.Write(entry.AsSpan(12), SyscallAbis.Native(processor).AuditArchitecture());
        MemoryMarshal.Write(entry.AsSpan(16), program.Flags);
        MemoryMarshal.Write(entry.AsSpan(20), program.Length);
        program.Instructions.CopyTo(entry.AsSpan(HeaderSize));
        document.CopyTo(entry.AsSpan(HeaderSize + program.Instructions.Length));
        return entry;
    }

    /// <summary>The program of an entry, or null when it is of another profile, processor or compiler.</summary>
    /// <param name="entry">Of a size that <see cref="IsPossibleSize"/> takes; the program goes on using these bytes.</param>
    public static SeccompProgram? Read(byte[] entry, Architecture processor, ReadOnlySpan<byte> document)
    {
        var program = entry.AsMemory(HeaderSize, entry.Length - HeaderSize - document.Length);
        return MemoryMarshal.Read<ulong>(entry) == Magic
            && MemoryMarshal.Read<uint>(entry.AsSpan(8)) == CompilerVersion
            && MemoryMarshal.Read<uint>(entry.AsSpan(12)) == SyscallAbis.Native(processor).AuditArchitecture()
            && MemoryMarshal.Read<int>(entry.AsSpan(20)) * InstructionSize == program.Length
            && document.SequenceEqual(entry.AsSpan(HeaderSize + program.Length))
                ? new SeccompProgram(program, MemoryMarshal.Read<SeccompFlags>(entry.AsSpan(16)))
                : null;
    }
}
