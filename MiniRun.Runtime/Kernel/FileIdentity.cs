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
}
