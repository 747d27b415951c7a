using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Pipes (pipe(7)), and reading and writing without waiting.</summary>
static unsafe partial class Pipes
{
    const int GetFlags = 3;
    const int SetFlags = 4;

    public static (SafeFileHandle Read, SafeFileHandle Write) Create()
    {
        var pair = stackalloc int[2];
        return pipe2(pair, (int)Open.CloseOnExec) == 0
            ? (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true))
            : throw KernelException.Last("pipe2");
    }

    public static void DoNotBlock(SafeFileHandle file)
    {
        var flags = fcntl(Files.Number(file), GetFlags, 0);
        if (flags < 0 || fcntl(Files.Number(file), SetFlags, flags | (int)Open.NonBlocking) != 0)
        {
            throw KernelException.Last("fcntl");
        }
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>How many bytes; 0 when nothing waits, -1 at the end. A terminal whose last peer closed says EIO: that is its end.</returns>
    public static int TryRead(SafeFileHandle file, Span<byte> buffer) => Descriptor.Of(file).TryRead(buffer);

    /// <summary>Writes what fits.</summary>
    /// <returns>How many bytes; 0 when the reader is behind, -1 when it is gone.</returns>
    public static int TryWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes) => Descriptor.Of(file).TryWrite(bytes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* pair, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);
}
