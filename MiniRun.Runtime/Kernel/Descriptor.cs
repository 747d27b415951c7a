using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>A descriptor as a bare number, for a loop that must make neither objects nor exceptions. Whoever holds it closes
/// it, once; everywhere else a handle does that.</summary>
readonly unsafe partial record struct Descriptor(int Number)
{
    const int CloseOnExecNonBlocking = 0x80000 | 0x800;
    const int NoSignal = 0x4000;
    const int SetFlags = 2;
    const int FromEnd = 2;

    public static Descriptor None => new(-1);

    public bool IsOpen => Number >= 0;

    /// <summary>A handle's number; the handle goes on owning it.</summary>
    public static Descriptor Of(SafeFileHandle handle) => new(Files.Number(handle));

    /// <summary>Reads what is there.</summary>
    /// <returns>How many bytes; 0 when nothing waits, -1 at the end. A terminal whose last peer closed says EIO: that is its end.</returns>
    public int TryRead(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var count = read(Number, start, (nuint)buffer.Length);
            return count > 0 ? (int)count : count < 0 && WouldBlock() ? 0 : -1;
        }
    }

    /// <summary>Writes what fits.</summary>
    /// <returns>How many bytes; 0 when the reader is behind, -1 when it is gone or the disk refuses.</returns>
    public int TryWrite(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var count = write(Number, start, (nuint)bytes.Length);
            return count >= 0 ? (int)count : WouldBlock() ? 0 : -1;
        }
    }

    /// <summary>Sends what fits into a socket.</summary>
    /// <returns>How many bytes; 0 when the socket is full, -1 when the peer is gone.</returns>
    public int TrySend(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var count = send(Number, start, (nuint)bytes.Length, NoSignal);
            return count >= 0 ? (int)count : WouldBlock() ? 0 : -1;
        }
    }

    /// <summary>Receives what a socket holds.</summary>
    /// <returns>How many bytes; 0 when nothing waits, -1 when the peer is gone.</returns>
    public int TryReceive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var count = recv(Number, start, (nuint)buffer.Length, 0);
            return count > 0 ? (int)count : count < 0 && WouldBlock() ? 0 : -1;
        }
    }

    /// <summary>A listening socket's next client, which does not block; <see cref="None"/> when none waits.</summary>
    /// <param name="isExhausted">A client waits, but there is no descriptor or memory for it.</param>
    public Descriptor TryAccept(out bool isExhausted)
    {
        var fd = accept4(Number, null, null, CloseOnExecNonBlocking);
        isExhausted = fd < 0 && !WouldBlock();
        return fd < 0 ? None : new Descriptor(fd);
    }

    /// <summary>Opens a file of this directory; <see cref="None"/> when that fails. Never follows a link.</summary>
    /// <param name="name">Ends with NUL.</param>
    public Descriptor TryOpen(ReadOnlySpan<byte> name, Open flags, int mode = 0b110_000_000)
    {
        fixed (byte* text = name)
        {
            var result = Syscall.Invoke(SyscallNumber.Openat, (ulong)Number, (ulong)text, (ulong)(flags | Files.NoFollow | Open.CloseOnExec), (ulong)mode);
            return result < 0 ? None : new Descriptor((int)result);
        }
    }

    /// <summary>Renames a file of this directory.</summary>
    /// <param name="from">Ends with NUL.</param>
    /// <param name="to">Ends with NUL.</param>
    /// <returns>False when the disk refuses; that there is no such file is no refusal.</returns>
    public bool TryRename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* source = from, target = to)
        {
            return Syscall.Invoke(SyscallNumber.Renameat, (ulong)Number, (ulong)source, (ulong)Number, (ulong)target) is 0 or -(long)Errno.ENOENT;
        }
    }

    /// <summary>A file's size in bytes.</summary>
    public long Length() => Syscall.Invoke(SyscallNumber.Lseek, (ulong)Number, 0, FromEnd);

    /// <summary>Lets the descriptor outlive an execve of this process.</summary>
    public void KeepOnExec() => KernelException.Check(Syscall.Invoke(SyscallNumber.Fcntl, (ulong)Number, SetFlags, 0), "fcntl F_SETFD");

    public void Close() => _ = Syscall.Invoke(SyscallNumber.Close, (ulong)Number);

    static bool WouldBlock() => Marshal.GetLastPInvokeError() is (int)Errno.EAGAIN or (int)Errno.EINTR;

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int fd, byte* bytes, nuint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, byte* bytes, nuint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(int fd, byte* address, int* length, int flags);
}
