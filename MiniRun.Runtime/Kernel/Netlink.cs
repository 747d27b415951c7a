using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>A socket of rtnetlink(7): the network devices and addresses of one network namespace.</summary>
/// <remarks>Nothing here waits: the kernel has answered a request before its sending returns.</remarks>
sealed unsafe partial class Netlink : IDisposable
{
    const int Family = 16;
    const int RawCloseOnExec = 3 | 0x80000;
    const int Route = 0;
    const ulong Truncated = 0x20;
    const ulong DontWait = 0x40;
    const ushort Error = 2;
    const ushort Done = 3;

    /// <summary>The kernel makes its answers no larger than what a socket reads at once, up to this.</summary>
    const int BufferSize = 32 * 1024;

    /// <summary>How often a list is asked for that changes while it is read.</summary>
    const int MostTries = 16;

    readonly SafeFileHandle _socket;
    readonly byte[] _buffer = new byte[BufferSize];
    uint _sequence;

    Netlink(SafeFileHandle socket) => _socket = socket;

    /// <summary>Of this process's network namespace.</summary>
    public static Netlink Open() =>
        new(new SafeFileHandle((nint)KernelException.Check(Syscall.Invoke(SyscallNumber.Socket, Family, RawCloseOnExec, Route), "socket", "netlink"), ownsHandle: true));

    /// <summary>Of another network namespace. The thread is in it for the one call that makes the socket.</summary>
    /// <exception cref="KernelException">The namespace cannot be entered; or not left again, and then this process must end.</exception>
    public static Netlink OpenIn(SafeFileHandle networkNamespace)
    {
        using var own = Files.OpenPath("/proc/thread-self/ns/net", Kernel.Open.ReadOnly);
        Enter(networkNamespace);
        try
        {
            return Open();
        }
        finally
        {
            Enter(own);
        }
    }

    public void Dispose() => _socket.Dispose();

    static void Enter(SafeFileHandle networkNamespace) =>
        KernelException.Check(Syscall.Invoke(SyscallNumber.Setns, (ulong)Files.Number(networkNamespace), Namespaces.Network), "setns", "network");

    /// <summary>Asks for a change or for one thing.</summary>
    /// <returns>The errno with which the kernel refused; none when it did what was asked.</returns>
    /// <param name="receive">Gets the body of an answer that is more than a confirmation.</param>
    Errno Request(NetlinkMessage message, Receiver? receive = null)
    {
        Send(message);
        while (true)
        {
            for (var rest = Receive(); NextMessage(ref rest, out var header, out var body);)
            {
                if (header.Type == Error)
                {
                    return (Errno)(-MemoryMarshal.Read<int>(body));
                }

                receive?.Invoke(body);
            }
        }
    }

    /// <summary>Asks for a list.</summary>
    void Dump(Func<NetlinkMessage> message, Action begin, Receiver receive)
    {
        for (var tries = 1; ; tries++)
        {
            begin();
            Send(message());
            if (ReceiveAll(receive))
            {
                return;
            }

            if (tries == MostTries)
            {
                throw new KernelException("netlink", "a list that changes while it is read", Errno.EAGAIN);
            }
        }
    }

    /// <returns>False when the list has changed meanwhile.</returns>
    bool ReceiveAll(Receiver receive)
    {
        var isWhole = true;
        while (true)
        {
            for (var rest = Receive(); NextMessage(ref rest, out var header, out var body);)
            {
                isWhole &= !header.Flags.HasFlag(NetlinkFlags.DumpInterrupted);
                switch (header.Type)
                {
                    case Done:
                        return isWhole;
                    case Error:
                        throw new KernelException("netlink", null, (Errno)(-MemoryMarshal.Read<int>(body)));
                    default:
                        receive(body);
                        break;
                }
            }
        }
    }

    void Send(NetlinkMessage message)
    {
        fixed (byte* bytes = message.Finish(++_sequence))
        {
            // Without an address it goes to the kernel.
            KernelException.Check(Syscall.Invoke(SyscallNumber.Sendto, (ulong)Files.Number(_socket), (ulong)bytes, (ulong)message.Length, 0, 0, 0), "sendto", "netlink");
        }
    }

    ReadOnlySpan<byte> Receive()
    {
        // struct sockaddr_nl: family, padding, port, groups.
        var sender = stackalloc uint[3];
        var size = 3 * sizeof(uint);
        long count;
        do
        {
            fixed (byte* bytes = _buffer)
            {
                count = KernelException.Check(
                    Syscall.Invoke(SyscallNumber.Recvfrom, (ulong)Files.Number(_socket), (ulong)bytes, BufferSize, DontWait | Truncated, (ulong)sender, (ulong)&size),
                    "recvfrom",
                    "netlink");
            }
        }
        while (sender[1] != 0);

        return count <= BufferSize ? _buffer.AsSpan(0, (int)count) : throw new KernelException("recvfrom", "netlink", Errno.EOVERFLOW);
    }

    /// <summary>The next message that answers what was sent last.</summary>
    bool NextMessage(ref ReadOnlySpan<byte> rest, out NetlinkHeader header, out ReadOnlySpan<byte> body)
    {
        while (rest.Length >= NetlinkMessage.HeaderSize)
        {
            header = MemoryMarshal.Read<NetlinkHeader>(rest);
            if (header.Length < NetlinkMessage.HeaderSize || header.Length > rest.Length)
            {
                break;
            }

            body = rest[NetlinkMessage.HeaderSize..header.Length];
            rest = rest[Math.Min(NetlinkAttributes.Align(header.Length), rest.Length)..];
            if (header.Sequence == _sequence)
            {
                return true;
            }
        }

        header = default;
        body = default;
        return false;
    }

    delegate void Receiver(ReadOnlySpan<byte> body);

    /// <summary>struct nlmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    readonly struct NetlinkHeader
    {
        public readonly int Length;
        public readonly ushort Type;
        public readonly NetlinkFlags Flags;
        public readonly uint Sequence;
        public readonly uint Port;
    }
}
