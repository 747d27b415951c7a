using System.Buffers.Binary;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>A place for one client on the monitor's socket: a position in the output, one frame on its way out, one on its way in.</summary>
/// <remarks>Made in advance for clients that come and go: nothing is allocated for one, and its pages go when it does.</remarks>
/// <param name="pages">Memory for the buffers.</param>
/// <param name="start">Where they begin in it; they take <see cref="MemorySize"/> bytes.</param>
sealed class MonitorClient(Pages pages, int start)
{
    const int LargestFrame = Frame.HeaderSize + Frame.MaximumPayload;

    /// <summary>Two frames of the largest size, each on pages of its own.</summary>
    public const int MemorySize = 2 * BufferSize;

    const int BufferSize = 20 * 1024;

    int _staged;
    int _sent;
    int _received;
    long _position;
    long _seen;
    bool _attached;
    bool _endStaged;

    public Descriptor Socket { get; private set; } = Descriptor.None;

    public bool IsConnected => Socket.IsOpen;

    /// <summary>It sent what no client sends, and is not worth another word.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>What epoll waits for on this socket.</summary>
    public Readiness Wanted { get; set; }

    /// <summary>Whether everything that it may have so far was sent.</summary>
    public bool IsDrained => _sent == _staged;

    Span<byte> Outgoing => pages.Slice(start, LargestFrame);

    Span<byte> Incoming => pages.Slice(start + BufferSize, LargestFrame);

    /// <summary>Takes a client in.</summary>
    public void Connect(Descriptor socket)
    {
        Socket = socket;
        Wanted = Readiness.Readable;
        (_staged, _sent, _received, _position, _seen) = (0, 0, 0, 0, 0);
        (_attached, _endStaged, IsBroken) = (false, false, false);
    }

    /// <summary>Lets the client go; the place is free for another.</summary>
    public void Disconnect()
    {
        Socket.Close();
        Socket = Descriptor.None;
        pages.Forget(start, MemorySize);
    }

    /// <summary>Queues a small frame in front of all output.</summary>
    public void Greet(bool terminal) => Stage(FrameKind.Hello, [Frame.Version, terminal ? (byte)1 : (byte)0]);

    public void Attach(OutputRing ring)
    {
        _attached = true;
        _position = ring.Start;
        _seen = ring.Forgotten;
    }

    /// <summary>Sends as much as the socket takes.</summary>
    /// <param name="end">The last frame, once the container has ended; empty before.</param>
    /// <returns>False when the client is gone.</returns>
    public bool Send(OutputRing ring, ReadOnlySpan<byte> end)
    {
        while (true)
        {
            while (_sent < _staged)
            {
                var count = Socket.TrySend(Outgoing[_sent.._staged]);
                if (count <= 0)
                {
                    return count == 0;
                }

                _sent += count;
            }

            if (!StageNext(ring, end))
            {
                return true;
            }
        }
    }

    /// <summary>Receives as much as there is.</summary>
    /// <returns>False when the client is gone or broke the protocol.</returns>
    public bool Receive()
    {
        while (_received < LargestFrame)
        {
            var count = Socket.TryReceive(Incoming[_received..]);
            if (count < 0)
            {
                return false;
            }

            if (count == 0)
            {
                return true;
            }

            _received += count;
        }

        return true;
    }

    /// <summary>The next whole frame that was received, until <see cref="Consume"/>.</summary>
    /// <returns>False when there is none yet, or never will be (<see cref="IsBroken"/>).</returns>
    public bool TryPeek(out FrameKind kind, out ReadOnlySpan<byte> payload)
    {
        kind = default;
        payload = default;
        if (_received < Frame.HeaderSize)
        {
            return false;
        }

        var (length, frameKind, _) = Frame.ReadHeader(Incoming);
        IsBroken |= length is < 0 or > Frame.MaximumPayload;
        if (IsBroken || _received < Frame.HeaderSize + length)
        {
            return false;
        }

        kind = frameKind;
        payload = Incoming.Slice(Frame.HeaderSize, length);
        return true;
    }

    /// <summary>Drops the frame that <see cref="TryPeek"/> showed.</summary>
    public void Consume()
    {
        var size = Frame.HeaderSize + Frame.ReadHeader(Incoming).Length;
        Incoming[size.._received].CopyTo(Incoming);
        _received -= size;
    }

    bool StageNext(OutputRing ring, ReadOnlySpan<byte> end)
    {
        (_staged, _sent) = (0, 0);
        if (_attached && _position < ring.Start)
        {
            Span<byte> missed = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(missed, ring.Forgotten - _seen);
            (_position, _seen) = (ring.Start, ring.Forgotten);
            Stage(FrameKind.Skipped, missed);
            return true;
        }

        if (_attached && _position < ring.End)
        {
            _staged = ring.Read(_position, Outgoing);
            _position += _staged;
            _seen += _staged - Frame.HeaderSize;
            return true;
        }

        if (end.IsEmpty || _endStaged)
        {
            return false;
        }

        _endStaged = true;
        Stage(FrameKind.Exited, end);
        return true;
    }

    void Stage(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        Frame.WriteHeader(Outgoing, kind, 0, payload.Length);
        payload.CopyTo(Outgoing[Frame.HeaderSize..]);
        (_staged, _sent) = (Frame.HeaderSize + payload.Length, 0);
    }
}
