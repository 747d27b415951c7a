using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Stream sockets of unix(7) without the managed socket stack, which brings threads of its own.</summary>
static unsafe partial class UnixSocket
{
    const int Unix = 1;
    const int StreamFlags = 1 | 0x80000 | 0x800;
    const int AcceptFlags = 0x80000 | 0x800;
    const int Backlog = 64;
    const int NoSignal = 0x4000;

    /// <summary>sizeof(sun_path) less the NUL.</summary>
    const int LongestPath = 107;

    /// <summary>Listens, without blocking, at a name in a folder. Whatever had that name is gone.</summary>
    public static SafeFileHandle Listen(Folder folder, string name)
    {
        folder.Delete(name);
        // Through the descriptor: the folder's own path may be longer than an address can be.
        var path = $"/proc/self/fd/{Files.Number(folder.Handle)}/{name}";
        var fd = socket(Unix, StreamFlags, 0);
        if (fd < 0)
        {
            throw KernelException.Last("socket");
        }

        var handle = new SafeFileHandle(fd, ownsHandle: true);
        var address = stackalloc byte[LongestPath + 3];
        *(ushort*)address = Unix;
        var length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, LongestPath));
        address[2 + length] = 0;
        if (bind(fd, address, length + 3) != 0 || listen(fd, Backlog) != 0)
        {
            var error = KernelException.Last("bind", $"{folder.Path}/{name}");
            handle.Dispose();
            throw error;
        }

        return handle;
    }

    /// <summary>The next client, or null when none waits.</summary>
    public static SafeFileHandle? Accept(SafeFileHandle listener)
    {
        var fd = accept4(Files.Number(listener), null, null, AcceptFlags);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
    }

    /// <summary>Sends what fits.</summary>
    /// <returns>How many bytes; 0 when the socket is full, -1 when the peer is gone.</returns>
    public static int Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var count = send(Files.Number(socket), start, (nuint)bytes.Length, NoSignal);
            return count >= 0 ? (int)count : WouldBlock() ? 0 : -1;
        }
    }

    /// <summary>Receives what is there.</summary>
    /// <returns>How many bytes; 0 when nothing waits, -1 when the peer is gone.</returns>
    public static int Receive(SafeFileHandle socket, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var count = recv(Files.Number(socket), start, (nuint)buffer.Length, 0);
            return count > 0 ? (int)count : count < 0 && WouldBlock() ? 0 : -1;
        }
    }

    static bool WouldBlock() => Marshal.GetLastPInvokeError() is (int)Errno.EAGAIN or (int)Errno.EINTR;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int listen(int fd, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(int fd, byte* address, int* length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int fd, byte* bytes, nuint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, byte* bytes, nuint count, int flags);
}
