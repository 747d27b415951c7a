using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Which file a descriptor stands for, whatever its name is now.</summary>
readonly record struct FileIdentity(long Device, long Inode)
{
    public static unsafe FileIdentity Of(SafeFileHandle file)
    {
        // struct stat begins with the device and the inode, eight bytes each.
        var facts = stackalloc long[32];
        KernelException.Check(Syscall.Invoke(SyscallNumber.Fstat, (ulong)Files.Number(file), (ulong)facts), "fstat");
        return new FileIdentity(facts[0], facts[1]);
    }

    /// <summary>Whether a descriptor stands for a regular file: reading anything else could block, or never end.</summary>
    public static unsafe bool IsRegular(SafeFileHandle file)
    {
        const uint TypeMask = 0xF000;
        const uint Regular = 0x8000;
        var facts = stackalloc long[32];
        KernelException.Check(Syscall.Invoke(SyscallNumber.Fstat, (ulong)Files.Number(file), (ulong)facts), "fstat");
        var mode = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (uint)facts[2] : (uint)facts[3];
        return (mode & TypeMask) == Regular;
    }

    /// <summary>st_nlink: how many names a file has.</summary>
    public static unsafe int LinksOf(SafeFileHandle file)
    {
        var facts = stackalloc long[32];
        KernelException.Check(Syscall.Invoke(SyscallNumber.Fstat, (ulong)Files.Number(file), (ulong)facts), "fstat");
        return (int)(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? facts[2] >> 32 : facts[2]);
    }

    /// <summary>st_rdev of a struct stat: which device a device node is. May be used by the child of a clone.</summary>
    public static unsafe ulong DeviceOf(byte* facts) =>
        *(ulong*)(facts + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 32 : 40));
}
