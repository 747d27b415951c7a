using System.Buffers.Binary;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>What a frame says. Clients send numbers below 128, monitors the others.</summary>
enum FrameKind : byte
{
    /// <summary>Client: start to send output, first what was written last.</summary>
    Attach = 1,

    /// <summary>Client: bytes for the container's standard input.</summary>
    Input = 2,

    /// <summary>Client: columns and rows of the terminal, two 16-bit numbers.</summary>
    Resize = 3,

    /// <summary>Client: no more input will come (pipes only).</summary>
    CloseInput = 4,

    /// <summary>Monitor: the first frame of every connection: version and whether there is a terminal, a byte each.</summary>
    Hello = 128,

    /// <summary>Monitor: bytes that the container wrote; the stream is in the header.</summary>
    Output = 129,

    /// <summary>Monitor: the client was too slow; a 64-bit count of bytes that it will not get.</summary>
    Skipped = 130,

    /// <summary>Monitor: the container ended: exit code (32 bits), signal (32 bits), out of memory (a byte).</summary>
    Exited = 131,
}

/// <summary>The protocol on a monitor's socket: an eight-byte header (payload length, 32 bits; kind; stream; two zero bytes),
/// then the payload. Numbers are little-endian. A side that meets an unknown kind skips it.</summary>
static class Frame
{
    /// <summary>Raised only when an old engine could not talk to a new monitor.</summary>
    public const byte Version = 1;

    public const int HeaderSize = 8;

    /// <summary>The largest payload either side sends.</summary>
    public const int MaximumPayload = 16 * 1024;

    public static void WriteHeader(Span<byte> place, FrameKind kind, byte stream, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(place, length);
        place[4] = (byte)kind;
        place[5] = stream;
        place[6] = 0;
        place[7] = 0;
    }

    public static (int Length, FrameKind Kind, byte Stream) ReadHeader(ReadOnlySpan<byte> place) =>
        (BinaryPrimitives.ReadInt32LittleEndian(place), (FrameKind)place[4], place[5]);
}
