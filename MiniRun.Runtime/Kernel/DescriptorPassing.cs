using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Descriptors that go to another process over a unix socket (unix(7), SCM_RIGHTS).</summary>
/// <remarks>The sockets made here block, but no longer than <see cref="PatienceSeconds"/>: whoever listens may be stuck.</remarks>
static unsafe partial class DescriptorPassing
{
    /// <summary>How long connecting, sending and receiving may wait, in seconds.</summary>
    public const int PatienceSeconds = 10;

    const int Unix = 1;
    const int StreamFlags = 1 | 0x80000;
    const int SocketLevel = 1;
    const int ReceiveTimeout = 20;
    const int SendTimeout = 21;
    const int Rights = 1;
    const int NoSignal = 0x4000;
    const int CloseOnExec = 0x40000000;

    /// <summary>sizeof(sun_path) less the NUL.</summary>
    const int LongestPath = 107;

    /// <summary>Connects to a stream socket by its path, which may be longer than an address can be.</summary>
    /// <exception cref="KernelException">Nobody listens there, or nobody accepts in time.</exception>
    public static SafeFileHandle Connect(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) <= LongestPath)
        {
            return Connect(path, path);
        }

        var slash = path.LastIndexOf('/');
        using var folder = Folder.Open(path[..Math.Max(slash, 1)]);
        return Connect($"/proc/self/fd/{Files.Number(folder.Handle)}/{path[(slash + 1)..]}", path);
    }

    /// <summary>Sends bytes and, with the first of them, a descriptor; the receiver's copy is its own.</summary>
    /// <exception cref="KernelException">The peer is gone or does not take them in time.</exception>
    public static void Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes, SafeFileHandle descriptor)
    {
        var rights = new ControlMessage { Length = ControlMessage.Used, Level = SocketLevel, Type = Rights, Descriptor = Files.Number(descriptor) };
        var attached = &rights;
        while (!bytes.IsEmpty)
        {
            fixed (byte* start = bytes)
            {
                var part = new Part { Start = start, Length = (nuint)bytes.Length };
                var message = new Message { Parts = &part, PartCount = 1, Control = attached, ControlLength = (nuint)(attached is null ? 0 : sizeof(ControlMessage)) };
                var count = sendmsg(Files.Number(socket), &message, NoSignal);
                if (count >= 0)
                {
                    bytes = bytes[(int)count..];
                    attached = null;
                }
                else if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                {
                    throw KernelException.Last("sendmsg");
                }
            }
        }
    }

    /// <summary>Receives what one message brought, and its descriptor, which closes on exec.</summary>
    /// <returns>How many bytes, 0 when the peer is gone; the descriptor is null when the message had none.</returns>
    /// <exception cref="KernelException">Nothing came in time.</exception>
    public static int Receive(SafeFileHandle socket, Span<byte> buffer, out SafeFileHandle? descriptor)
    {
        // Room for one: the kernel closes what does not fit.
        var rights = default(ControlMessage);
        fixed (byte* start = buffer)
        {
            var part = new Part { Start = start, Length = (nuint)buffer.Length };
            while (true)
            {
                var message = new Message { Parts = &part, PartCount = 1, Control = &rights, ControlLength = (nuint)sizeof(ControlMessage) };
                var count = recvmsg(Files.Number(socket), &message, CloseOnExec);
                if (count >= 0)
                {
                    var has = message.ControlLength >= ControlMessage.Used && rights is { Level: SocketLevel, Type: Rights };
                    descriptor = has ? new SafeFileHandle(rights.Descriptor, ownsHandle: true) : null;
                    return (int)count;
                }

                if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                {
                    throw KernelException.Last("recvmsg");
                }
            }
        }
    }

    static SafeFileHandle Connect(string address, string path)
    {
        var fd = socket(Unix, StreamFlags, 0);
        if (fd < 0)
        {
            throw KernelException.Last("socket");
        }

        var handle = new SafeFileHandle(fd, ownsHandle: true);
        var patience = stackalloc long[] { PatienceSeconds, 0 };
        var name = stackalloc byte[LongestPath + 3];
        *(ushort*)name = Unix;
        var length = Encoding.UTF8.GetBytes(address, new Span<byte>(name + 2, LongestPath));
        name[2 + length] = 0;
        if (setsockopt(fd, SocketLevel, SendTimeout, patience, 2 * sizeof(long)) != 0
            || setsockopt(fd, SocketLevel, ReceiveTimeout, patience, 2 * sizeof(long)) != 0
            || connect(fd, name, length + 3) != 0)
        {
            var error = KernelException.Last("connect", path);
            handle.Dispose();
            throw error;
        }

        return handle;
    }

    /// <summary>struct iovec.</summary>
    struct Part
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct msghdr, as glibc and the kernel have it on 64 bits.</summary>
    struct Message
    {
        public void* Name;
        public ulong NameLength;
        public Part* Parts;
        public nuint PartCount;
        public ControlMessage* Control;
        public nuint ControlLength;
        public ulong Flags;
    }

    /// <summary>struct cmsghdr with room for one descriptor.</summary>
    struct ControlMessage
    {
        /// <summary>CMSG_LEN(sizeof(int)): the padding behind the descriptor does not count.</summary>
        public const int Used = 20;

        public nuint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        public int Padding;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int fd, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int fd, int level, int option, void* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(int fd, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(int fd, Message* message, int flags);
}
