using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Engine;

/// <summary>The console of a running container, through its monitor.</summary>
sealed class LiveConsole : IConsoleSession
{
    const int MaximumSize = 1000;

    readonly MonitorConnection _connection;

    LiveConsole(MonitorConnection connection) => _connection = connection;

    public bool Terminal => _connection.Terminal;

    /// <summary>Attaches at once: a container that ends before anybody reads has then sent what it wrote. Null when the
    /// monitor is gone.</summary>
    public static async Task<LiveConsole?> TryAttachAsync(MonitorConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.SendAsync(FrameKind.Attach, ReadOnlyMemory<byte>.Empty, cancellationToken);
            return new LiveConsole(connection);
        }
        catch (IOException)
        {
            await connection.DisposeAsync();
            return null;
        }
    }

    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in _connection.ReadAsync(cancellationToken))
        {
            switch (frame.Kind)
            {
                case FrameKind.Output:
                    // The connection reuses its buffer for the next frame.
                    yield return new ConsoleOutput((OutputStream)frame.Stream, frame.Payload.ToArray());
                    break;
                case FrameKind.Skipped:
                    yield return new ConsoleSkipped(BinaryPrimitives.ReadInt64LittleEndian(frame.Payload.Span));
                    break;
                case FrameKind.Exited:
                    yield return new ConsoleExited(BinaryPrimitives.ReadInt32LittleEndian(frame.Payload.Span), frame.Payload.Span[8] == 1);
                    yield break;
            }
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        while (!input.IsEmpty)
        {
            var part = input[..Math.Min(input.Length, Frame.MaximumPayload)];
            await SendAsync(FrameKind.Input, part, cancellationToken);
            input = input[part.Length..];
        }
    }

    public async ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)Math.Clamp(columns, 1, MaximumSize));
        BinaryPrimitives.WriteUInt16LittleEndian(size.AsSpan(2), (ushort)Math.Clamp(rows, 1, MaximumSize));
        await SendAsync(FrameKind.Resize, size, cancellationToken);
    }

    public ValueTask CloseInputAsync(CancellationToken cancellationToken) => SendAsync(FrameKind.CloseInput, ReadOnlyMemory<byte>.Empty, cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    async ValueTask SendAsync(FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.SendAsync(kind, payload, cancellationToken);
        }
        catch (IOException)
        {
            throw new EngineException(EngineError.WrongState, "The container has ended; start it to type again.");
        }
    }
}
