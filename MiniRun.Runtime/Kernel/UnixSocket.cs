using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Stream sockets of unix(7) without the managed socket stack, which brings threads of its own.</summary>
static unsafe partial class UnixSocket
{
    const int Unix = 1;
    const int StreamFlags = 1 | 0x80000 | 0x800;
    const int Backlog = 64;

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
    public static SafeFileHandle? Accept(SafeFileHandle listener) =>
        Descriptor.Of(listener).TryAccept(out _) is { IsOpen: true } client ? new SafeFileHandle(client.Number, ownsHandle: true) : null;

    /// <summary>Sends what fits.</summary>
    /// <returns>How many bytes; 0 when the socket is full, -1 when the peer is gone.</returns>
    public static int Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes) => Descriptor.Of(socket).TrySend(bytes);

    /// <summary>Receives what is there.</summary>
    /// <returns>How many bytes; 0 when nothing waits, -1 when the peer is gone.</returns>
    public static int Receive(SafeFileHandle socket, Span<byte> buffer) => Descriptor.Of(socket).TryReceive(buffer);

    /// <summary>Two stream sockets that are connected with each other.</summary>
    public static (SafeFileHandle One, SafeFileHandle Other) Pair()
    {
        const int StreamCloseOnExec = 1 | 0x80000;
        var pair = stackalloc int[2];
        return socketpair(Unix, StreamCloseOnExec, 0, pair) == 0
            ? (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true))
            : throw KernelException.Last("socketpair");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, int* pair);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int listen(int fd, int backlog);
}
