using System.Net.Sockets;
using System.Runtime.CompilerServices;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Engine;

/// <summary>A frame from a monitor. The payload is valid until the next one is read.</summary>
readonly record struct MonitorFrame(FrameKind Kind, byte Stream, ReadOnlyMemory<byte> Payload);

/// <summary>A client's end of a monitor's socket.</summary>
sealed class MonitorConnection : IAsyncDisposable
{
    readonly Socket _socket;
    readonly NetworkStream _stream;
    readonly SemaphoreSlim _writing = new(1);
    readonly byte[] _header = new byte[Frame.HeaderSize];
    readonly byte[] _payload = new byte[Frame.MaximumPayload];

    MonitorConnection(Socket socket, bool terminal)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: false);
        Terminal = terminal;
    }

    /// <summary>Whether the container has a terminal.</summary>
    public bool Terminal { get; }

    /// <summary>Connects to the monitor in a container's run folder; null when nobody answers there.</summary>
    public static async Task<MonitorConnection?> TryOpenAsync(Folder run, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Through the descriptor: the path itself may be longer than an address can be.
            var address = $"/proc/self/fd/{Files.Number(run.Handle)}/{MonitorSocket.FileName}";
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(address), cancellationToken);
            var greeting = new byte[Frame.HeaderSize + 2];
            using (var stream = new NetworkStream(socket, ownsSocket: false))
            {
                await stream.ReadExactlyAsync(greeting, cancellationToken);
            }

            return new MonitorConnection(socket, greeting[Frame.HeaderSize + 1] == 1);
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException or IOException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Every frame until the monitor closes the connection.</summary>
    public async IAsyncEnumerable<MonitorFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            MonitorFrame frame;
            try
            {
                await _stream.ReadExactlyAsync(_header, cancellationToken);
                var (length, kind, stream) = Frame.ReadHeader(_header);
                if (length is < 0 or > Frame.MaximumPayload)
                {
                    throw new InvalidDataException($"a monitor sent a frame of {length} bytes");
                }

                await _stream.ReadExactlyAsync(_payload.AsMemory(0, length), cancellationToken);
                frame = new MonitorFrame(kind, stream, _payload.AsMemory(0, length));
            }
            catch (Exception e) when (e is EndOfStreamException or IOException)
            {
                yield break;
            }

            yield return frame;
        }
    }

    /// <exception cref="IOException">The monitor is gone.</exception>
    public async ValueTask SendAsync(FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var frame = new byte[Frame.HeaderSize + payload.Length];
        Frame.WriteHeader(frame, kind, 0, payload.Length);
        payload.CopyTo(frame.AsMemory(Frame.HeaderSize));
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // A frame that was begun is finished, or the monitor would misread what follows.
            await _stream.WriteAsync(frame, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
        _writing.Dispose();
    }
}
