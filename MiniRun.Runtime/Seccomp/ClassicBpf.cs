using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Seccomp;

/// <summary>struct sock_filter: an instruction of classic BPF. Jumps count from the next instruction and only go forward.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct BpfInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

/// <summary>The part of classic BPF that seccomp takes and this compiler uses (linux/bpf_common.h, linux/seccomp.h).</summary>
static class ClassicBpf
{
    public const ushort Load = 0x20;
    public const ushort And = 0x54;
    public const ushort Jump = 0x05;
    public const ushort JumpIfEqual = 0x15;
    public const ushort JumpIfGreater = 0x25;
    public const ushort JumpIfGreaterOrEqual = 0x35;
    public const ushort Return = 0x06;

    /// <summary>BPF_MAXINSNS.</summary>
    public const int MaximumLength = 4096;

    /// <summary>seccomp_data.nr.</summary>
    public const int NumberOffset = 0;

    /// <summary>seccomp_data.arch.</summary>
    public const int ArchitectureOffset = 4;

    /// <summary>Where the lower half of seccomp_data.args[n] lies; the upper half follows it.</summary>
    public static int ArgumentOffset(int argument) => 16 + (8 * argument);
}
