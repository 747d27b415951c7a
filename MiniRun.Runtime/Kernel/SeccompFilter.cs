namespace MiniRun.Runtime.Kernel;

/// <summary>What seccomp(2) takes to filter the calling thread.</summary>
static unsafe class SeccompFilter
{
    /// <summary>SECCOMP_SET_MODE_FILTER, the first argument; the flags are the second.</summary>
    public const int SetModeFilter = 1;

    const int InstructionSize = 8;

    /// <summary>A struct sock_fprog with its instructions, for the third argument.</summary>
    /// <param name="instructions">struct sock_filter after struct sock_filter.</param>
    public static byte* Place(Arena arena, ReadOnlySpan<byte> instructions)
    {
        var first = arena.Allocate(instructions.Length);
        instructions.CopyTo(new Span<byte>(first, instructions.Length));
        return (byte*)arena.Structure(new Program { Length = (ushort)(instructions.Length / InstructionSize), First = first });
    }

    struct Program
    {
        public ushort Length;
        public byte* First;
    }
}
