using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Files that stand for namespaces (ioctl_ns(2)).</summary>
static class NamespaceFile
{
    const ulong GetNamespaceType = 0xB703;

    /// <summary>The CLONE_NEW* flag of its type; 0 when the file is no namespace.</summary>
    public static ulong TypeOf(SafeFileHandle file)
    {
        var result = Syscall.Invoke(SyscallNumber.Ioctl, (ulong)Files.Number(file), GetNamespaceType);
        return result > 0 ? (ulong)result : 0;
    }
}
