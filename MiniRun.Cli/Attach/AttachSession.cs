using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using MiniRun.Cli.Rest;
using MiniRun.Cli.Terminal;

namespace MiniRun.Cli.Attach;

/// <summary>One connection to a console: the terminal's bytes both ways until the container exits or the person detaches.</summary>
/// <param name="socket">Connected; the caller disposes it.</param>
/// <param name="terminal">The local side.</param>
/// <param name="raw">The local terminal is in raw mode, so that keys and sizes are the container's.</param>
/// <param name="error">Where skipped output is told.</param>
sealed class AttachSession(WebSocket socket, ILocalTerminal terminal, bool raw, TextWriter error) : IDisposable
{
    const int BufferBytes = 16 << 10;
    const int MaxControlBytes = 64 << 10;

    // A resize and a key may come at the same moment, and a WebSocket takes one send at a time.
    readonly SemaphoreSlim _sending = new(1, 1);

    /// <returns>How the container ended; null when the person detached.</returns>
    /// <exception cref="PanelException">The connection broke.</exception>
    public async Task<ExitNotice?> RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var resizing = raw ? terminal.OnResize(() => _ = SendSizeAsync(ending.Token)) : null;
        var output = ReceiveAsync(ending.Token);
        var input = SendInputAsync(ending.Token);
        var first = await Task.WhenAny(output, input);
        // Input that ended without the keys (a closed pipe, a broken connection) leaves the last word to the output.
        var detached = first == input && await input;
        if (!detached)
        {
            return await output;
        }

        await ending.CancelAsync();
        return null;
    }

    public void Dispose() => _sending.Dispose();

    async Task<ExitNotice?> ReceiveAsync(CancellationToken cancellationToken)
    {
        await using var target = terminal.OpenOutput();
        var buffer = new byte[BufferBytes];
        var control = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                switch (received.MessageType)
                {
                    case WebSocketMessageType.Binary:
                        await target.WriteAsync(buffer.AsMemory(0, received.Count), cancellationToken);
                        await target.FlushAsync(cancellationToken);
                        break;
                    case WebSocketMessageType.Text when control.WrittenCount <= MaxControlBytes:
                        control.Write(buffer.AsSpan(0, received.Count));
                        if (received.EndOfMessage)
                        {
                            if (await HandleAsync(control.WrittenMemory) is { } exited)
                            {
                                return exited;
                            }

                            control.ResetWrittenCount();
                        }

                        break;
                    default:
                        throw new PanelException("the panel closed the console; the container goes on: attach again to see it.");
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or JsonException)
        {
            throw new PanelException(
                "the connection to the panel broke; the container goes on: attach again to see it.", inner: exception);
        }
    }

    async Task<ExitNotice?> HandleAsync(ReadOnlyMemory<byte> json)
    {
        var message = JsonSerializer.Deserialize(json.Span, ControlJson.Default.ServerControl);
        if (message?.Skipped is { } bytes)
        {
            await error.WriteAsync($"\r\nminirun: {bytes} bytes of output were skipped\r\n");
        }

        return message?.Exited;
    }

    // True when the person detached; false when there is no more input.
    async Task<bool> SendInputAsync(CancellationToken cancellationToken)
    {
        // Reading a terminal cannot be cancelled: away from this thread, and left alone when the session ends.
        await Task.Yield();
        await using var source = terminal.OpenInput();
        var buffer = new byte[BufferBytes];
        var keys = new DetachKeys();
        var typed = new ArrayBufferWriter<byte>();
        try
        {
            while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                typed.ResetWrittenCount();
                var detached = false;
                if (raw)
                {
                    detached = keys.Feed(buffer.AsSpan(0, count), typed);
                }
                else
                {
                    typed.Write(buffer.AsSpan(0, count));
                }

                if (typed.WrittenCount > 0)
                {
                    await SendAsync(typed.WrittenMemory, WebSocketMessageType.Binary, cancellationToken);
                }

                if (detached)
                {
                    return true;
                }
            }

            await SendAsync(new ClientControl(CloseInput: true), cancellationToken);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException)
        {
            // The receiving side meets the same end and says what it was.
        }

        return false;
    }

    async Task SendSizeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (columns, rows) = terminal.Size;
            await SendAsync(new ClientControl(Resize: new WindowSize(columns, rows)), cancellationToken);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // As above.
        }
    }

    Task SendAsync(ClientControl message, CancellationToken cancellationToken) => SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(message, ControlJson.Default.ClientControl), WebSocketMessageType.Text, cancellationToken);

    async Task SendAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(bytes, type, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }
}
