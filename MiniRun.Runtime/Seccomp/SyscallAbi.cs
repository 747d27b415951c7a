using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Seccomp;

/// <summary>A numbering of the system calls. A processor offers several: its own and those of the programs of its predecessors.</summary>
enum SyscallAbi
{
    X64,

    /// <summary>32-bit pointers on x86-64: its numbers carry a bit of their own, its architecture is that of <see cref="X64"/>.</summary>
    X32,
    I386,
    Arm64,
    Arm,
}

static class SyscallAbis
{
    /// <summary>__X32_SYSCALL_BIT.</summary>
    public const uint X32Bit = 0x40000000;

    /// <summary>The processor's own ABI, which no profile can leave out.</summary>
    public static SyscallAbi Native(Architecture processor) => processor switch
    {
        Architecture.X64 => SyscallAbi.X64,
        Architecture.Arm64 => SyscallAbi.Arm64,
        _ => throw new ArgumentOutOfRangeException(nameof(processor), processor, "is neither x86-64 nor arm64"),
    };

    /// <summary>The ABI that a profile means, or null where no call of it can reach a kernel on this processor.</summary>
    public static SyscallAbi? Named(string architecture, Architecture processor) => (architecture, processor) switch
    {
        ("SCMP_ARCH_X86_64", Architecture.X64) => SyscallAbi.X64,
        ("SCMP_ARCH_X32", Architecture.X64) => SyscallAbi.X32,
        ("SCMP_ARCH_X86", Architecture.X64) => SyscallAbi.I386,
        ("SCMP_ARCH_AARCH64", Architecture.Arm64) => SyscallAbi.Arm64,
        ("SCMP_ARCH_ARM", Architecture.Arm64) => SyscallAbi.Arm,
        _ => null,
    };

    /// <summary>AUDIT_ARCH_*, what the kernel tells a filter.</summary>
    public static uint AuditArchitecture(this SyscallAbi abi) => abi switch
    {
        SyscallAbi.I386 => 0x40000003,
        SyscallAbi.Arm64 => 0xC00000B7,
        SyscallAbi.Arm => 0x40000028,
        _ => 0xC000003E,
    };

    /// <summary>Whether arguments have 64 bits. Of the others libseccomp, too, compares only the lower half.</summary>
    public static bool IsWide(this SyscallAbi abi) => abi is SyscallAbi.X64 or SyscallAbi.Arm64;
}
