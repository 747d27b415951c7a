using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>One client on the monitor's socket: a position in the output, one frame on its way out, one on its way in.</summary>
/// <remarks>Its buffers are made when it connects; nothing is allocated afterwards.</remarks>
sealed class MonitorClient(SafeFileHandle socket) : IDisposable
{
    readonly byte[] _outgoing = new byte[Frame.HeaderSize + Frame.MaximumPayload];
    readonly byte[] _incoming = new byte[Frame.HeaderSize + Frame.MaximumPayload];
    int _staged;
    int _sent;
    int _received;
    long _position;
    long _seen;
    bool _attached;
    bool _endStaged;

    public SafeFileHandle Socket { get; } = socket;

    /// <summary>What epoll waits for on this socket.</summary>
    public Readiness Wanted { get; set; } = Readiness.Readable;

    /// <summary>Whether everything that it may have so far was sent.</summary>
    public bool IsDrained => _sent == _staged;

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
                var count = UnixSocket.Send(Socket, _outgoing.AsSpan(_sent, _staged - _sent));
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
        while (_received < _incoming.Length)
        {
            var count = UnixSocket.Receive(Socket, _incoming.AsSpan(_received));
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
    /// <returns>False when there is none yet.</returns>
    /// <exception cref="InvalidDataException">The frame is larger than any client sends.</exception>
    public bool TryPeek(out FrameKind kind, out ReadOnlySpan<byte> payload)
    {
        kind = default;
        payload = default;
        if (_received < Frame.HeaderSize)
        {
            return false;
        }

        var (length, frameKind, _) = Frame.ReadHeader(_incoming);
        if (length is < 0 or > Frame.MaximumPayload)
        {
            throw new InvalidDataException("a client sent a frame that is too large");
        }

        if (_received < Frame.HeaderSize + length)
        {
            return false;
        }

        kind = frameKind;
        payload = _incoming.AsSpan(Frame.HeaderSize, length);
        return true;
    }

    /// <summary>Drops the frame that <see cref="TryPeek"/> showed.</summary>
    public void Consume()
    {
        var size = Frame.HeaderSize + Frame.ReadHeader(_incoming).Length;
        _incoming.AsSpan(size, _received - size).CopyTo(_incoming);
        _received -= size;
    }

    public void Dispose() => Socket.Dispose();

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
            _staged = ring.Read(_position, _outgoing);
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
        Frame.WriteHeader(_outgoing, kind, 0, payload.Length);
        payload.CopyTo(_outgoing.AsSpan(Frame.HeaderSize));
        (_staged, _sent) = (Frame.HeaderSize + payload.Length, 0);
    }
}
