using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Files that exist in memory only (memfd_create(2)).</summary>
static unsafe class MemoryFile
{
    const uint CloseOnExec = 1;

    /// <summary>A file with this content, to be read from its beginning.</summary>
    public static SafeFileHandle Create(string name, ReadOnlySpan<byte> content)
    {
        using var arena = new Arena();
        var fd = KernelException.Check(Syscall.Invoke(SyscallNumber.MemfdCreate, (ulong)arena.Text(name), CloseOnExec), "memfd_create", name);
        var file = new SafeFileHandle((nint)fd, ownsHandle: true);
        Files.Write(file, content, name);
        Rewind(file);
        return file;
    }

    /// <summary>Everything in it.</summary>
    public static byte[] Read(SafeFileHandle file)
    {
        Rewind(file);
        return Files.ReadAll(file);
    }

    static void Rewind(SafeFileHandle file) =>
        KernelException.Check(Syscall.Invoke(SyscallNumber.Lseek, (ulong)Files.Number(file)), "lseek");
}
