using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Tests.Sandbox.Monitoring;

public sealed class MonitorClientTests : IDisposable
{
    readonly TemporaryFolder _place = new();
    readonly SafeFileHandle _listener;
    readonly Socket _peer = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly Pages _pages = new(MonitorClient.MemorySize);
    readonly MonitorClient _client;
    readonly OutputRing _ring = new();

    public MonitorClientTests()
    {
        _listener = UnixSocket.Listen(_place.Folder, "socket");
        _peer.Connect(new UnixDomainSocketEndPoint(_place["socket"]));
        _client = new MonitorClient(_pages, 0);
        _client.Connect(Descriptor.Of(_listener).TryAccept(out _));
    }

    public void Dispose()
    {
        if (_client.IsConnected)
        {
            _client.Disconnect();
        }

        _ring.Dispose();
        _pages.Dispose();
        _peer.Dispose();
        _listener.Dispose();
        _place.Dispose();
    }

    [Fact]
    public void The_first_frame_is_a_greeting()
    {
        _client.Greet(terminal: true);
        Assert.False(_client.IsDrained);
        Assert.True(_client.Send(_ring, default));
        Assert.True(_client.IsDrained);
        Assert.Equal((FrameKind.Hello, (byte)0, "0101"), ReadHex());
        Assert.Equal(Readiness.Readable, _client.Wanted);
    }

    [Fact]
    public void Output_goes_only_to_who_attached()
    {
        _ring.Append(1, "old"u8);
        Assert.True(_client.Send(_ring, default));
        Assert.Equal(0, _peer.Available);
        _client.Attach(_ring);
        _ring.Append(2, "new"u8);
        Assert.True(_client.Send(_ring, default));
        Assert.Equal((FrameKind.Output, (byte)1, "6F6C64"), ReadHex());
        Assert.Equal((FrameKind.Output, (byte)2, "6E6577"), ReadHex());
        Assert.Equal(0, _peer.Available);
    }

    [Fact]
    public void Who_is_too_slow_learns_how_much_it_missed()
    {
        _client.Attach(_ring);
        var chunk = new byte[Frame.MaximumPayload];
        var appended = 0L;
        for (var i = 0; i < 100; i++)
        {
            chunk.AsSpan().Fill((byte)i);
            _ring.Append(1, chunk);
            appended += chunk.Length;
            Assert.True(_client.Send(_ring, default));
        }

        Assert.False(_client.IsDrained);
        var (received, skipped, last) = (0L, 0L, (byte)0);
        while (received + skipped < appended)
        {
            var (kind, _, payload) = Read();
            if (kind == FrameKind.Skipped)
            {
                skipped += BinaryPrimitives.ReadInt64LittleEndian(payload);
            }
            else
            {
                received += payload.Length;
                last = payload[^1];
            }

            Assert.True(_client.Send(_ring, default));
        }

        Assert.Equal((appended, (byte)99), (received + skipped, last));
        Assert.True(skipped > 0);
        Assert.True(_client.IsDrained);
    }

    [Fact]
    public void Who_attaches_late_gets_what_is_left_and_no_word_of_what_it_never_wanted()
    {
        for (var i = 0; i < 40; i++)
        {
            _ring.Append(1, new byte[Frame.MaximumPayload]);
        }

        Assert.True(_ring.Forgotten > 0);
        _client.Attach(_ring);
        Assert.True(_client.Send(_ring, default));
        Assert.Equal(FrameKind.Output, Read().Kind);
    }

    [Fact]
    public void The_end_comes_once_and_after_all_output()
    {
        _client.Attach(_ring);
        _ring.Append(1, "x"u8);
        Assert.True(_client.Send(_ring, [1, 2, 3]));
        Assert.True(_client.Send(_ring, [1, 2, 3]));
        Assert.Equal(FrameKind.Output, Read().Kind);
        Assert.Equal((FrameKind.Exited, (byte)0, "010203"), ReadHex());
        Assert.Equal(0, _peer.Available);
    }

    [Fact]
    public void Who_only_watches_the_end_need_not_attach()
    {
        _ring.Append(1, "x"u8);
        Assert.True(_client.Send(_ring, [9]));
        Assert.Equal(FrameKind.Exited, Read().Kind);
    }

    [Fact]
    public void Frames_are_taken_apart_wherever_the_stream_was_cut()
    {
        byte[] stream = [.. Bytes(FrameKind.Input, "hello"u8), .. Bytes(FrameKind.CloseInput, default), .. Bytes(FrameKind.Resize, [80, 0, 24, 0])];
        var frames = new List<(FrameKind, int)>();
        foreach (var part in stream)
        {
            _peer.Send([part]);
            Assert.True(_client.Receive());
            while (_client.TryPeek(out var kind, out var payload))
            {
                Assert.True(_client.TryPeek(out _, out _));
                frames.Add((kind, payload.Length));
                _client.Consume();
            }
        }

        Assert.Equal([(FrameKind.Input, 5), (FrameKind.CloseInput, 0), (FrameKind.Resize, 4)], frames);
    }

    [Fact]
    public void A_frame_of_the_largest_size_fits_and_the_rest_waits_in_the_socket()
    {
        _peer.Send(Bytes(FrameKind.Input, new byte[Frame.MaximumPayload]));
        _peer.Send(Bytes(FrameKind.Input, "next"u8));
        Assert.True(_client.Receive());
        Assert.True(_client.TryPeek(out _, out var payload));
        Assert.Equal(Frame.MaximumPayload, payload.Length);
        _client.Consume();
        Assert.False(_client.TryPeek(out _, out _));
        Assert.True(_client.Receive());
        Assert.True(_client.TryPeek(out _, out payload));
        Assert.Equal("next"u8, payload);
    }

    [Theory]
    [InlineData(Frame.MaximumPayload + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void A_frame_that_is_too_large_breaks_the_protocol(int length)
    {
        var header = new byte[Frame.HeaderSize];
        Frame.WriteHeader(header, FrameKind.Input, 0, length);
        _peer.Send(header);
        Assert.True(_client.Receive());
        Assert.False(_client.TryPeek(out _, out _));
        Assert.True(_client.IsBroken);
    }

    [Fact]
    public void A_place_that_was_left_is_as_good_as_new()
    {
        _client.Attach(_ring);
        _client.Greet(terminal: true);
        _peer.Send(Bytes(FrameKind.Input, "half a frame"u8)[..^1]);
        Assert.True(_client.Receive());
        _client.Disconnect();
        Assert.False(_client.IsConnected);

        using var next = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        next.Connect(new UnixDomainSocketEndPoint(_place["socket"]));
        _client.Connect(Descriptor.Of(_listener).TryAccept(out _));
        Assert.True(_client.IsDrained);
        Assert.False(_client.TryPeek(out _, out _));
        _ring.Append(1, "not for who has not attached"u8);
        Assert.True(_client.Send(_ring, default));
        Assert.Equal(0, next.Available);
    }

    [Fact]
    public void A_peer_that_is_gone_is_noticed()
    {
        _peer.Dispose();
        Assert.False(_client.Receive());
        _client.Greet(terminal: false);
        Assert.False(_client.Send(_ring, default));
    }

    static byte[] Bytes(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[Frame.HeaderSize + payload.Length];
        Frame.WriteHeader(frame, kind, 0, payload.Length);
        payload.CopyTo(frame.AsSpan(Frame.HeaderSize));
        return frame;
    }

    (FrameKind Kind, byte Stream, byte[] Payload) Read()
    {
        using var stream = new NetworkStream(_peer, ownsSocket: false) { ReadTimeout = 5000 };
        var header = new byte[Frame.HeaderSize];
        stream.ReadExactly(header);
        var (length, kind, number) = Frame.ReadHeader(header);
        var payload = new byte[length];
        stream.ReadExactly(payload);
        return (kind, number, payload);
    }

    (FrameKind Kind, byte Stream, string Payload) ReadHex()
    {
        var (kind, stream, payload) = Read();
        return (kind, stream, Convert.ToHexString(payload));
    }
}
