using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>The last 256 KiB of output as frames, by position in the whole stream of frames. It serves replay and slow
/// clients alike: each client only remembers a position, and one that falls behind learns how much it missed.</summary>
sealed class OutputRing : IDisposable
{
    public const int Size = 256 * 1024;

    readonly Pages _bytes = new(Size);

    /// <summary>Where the oldest frame begins.</summary>
    public long Start { get; private set; }

    /// <summary>Where the next frame will begin.</summary>
    public long End { get; private set; }

    /// <summary>Bytes of output that were dropped from the ring since the beginning.</summary>
    public long Forgotten { get; private set; }

    /// <param name="payload">1 to <see cref="Frame.MaximumPayload"/> bytes.</param>
    public void Append(byte stream, ReadOnlySpan<byte> payload)
    {
        var size = Frame.HeaderSize + payload.Length;
        while (End + size - Start > Size)
        {
            var oldest = LengthAt(Start);
            Start += Frame.HeaderSize + oldest;
            Forgotten += oldest;
        }

        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        Frame.WriteHeader(header, FrameKind.Output, stream, payload.Length);
        Put(End, header);
        Put(End + Frame.HeaderSize, payload);
        End += size;
    }

    /// <summary>Copies the frame at a position.</summary>
    /// <returns>Its size with the header.</returns>
    public int Read(long position, Span<byte> place)
    {
        var size = Frame.HeaderSize + LengthAt(position);
        Get(position, place[..size]);
        return size;
    }

    public void Dispose() => _bytes.Dispose();

    int LengthAt(long position)
    {
        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        Get(position, header);
        return Frame.ReadHeader(header).Length;
    }

    void Put(long position, ReadOnlySpan<byte> bytes)
    {
        var at = (int)(position % Size);
        var first = Math.Min(bytes.Length, Size - at);
        bytes[..first].CopyTo(_bytes.Slice(at, first));
        bytes[first..].CopyTo(_bytes.Slice(0, bytes.Length - first));
    }

    void Get(long position, Span<byte> place)
    {
        var at = (int)(position % Size);
        var first = Math.Min(place.Length, Size - at);
        _bytes.Slice(at, first).CopyTo(place);
        _bytes.Slice(0, place.Length - first).CopyTo(place[first..]);
    }
}
