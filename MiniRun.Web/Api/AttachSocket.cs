using System.Net.WebSockets;
using System.Text.Json;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary>Joins one WebSocket and one console until either ends.</summary>
sealed class AttachSocket(WebSocket socket, IConsoleSession session)
{
    const int FrameBytes = 16 << 10;
    const int ControlBytes = 4 << 10;

    /// <summary>How long a peer may take to answer a close before the connection is cut.</summary>
    static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    /// <param name="cancellationToken">Ends when the client is gone or the panel stops.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = SendOutputAsync(ended.Token);
        var input = ReceiveInputAsync(ended.Token);
        var first = await Task.WhenAny(output, input);
        var (status, reason) = cancellationToken.IsCancellationRequested
            ? (WebSocketCloseStatus.EndpointUnavailable, "The panel stops; the container runs on.")
            : await Outcome(first);
        if (first == output)
        {
            // Input still reads, as it must to see the client's side of the close; cancelling it would cut the connection.
            await CloseAsync(status, reason);
            await WaitAsync(input);
            await ended.CancelAsync();
        }
        else
        {
            await ended.CancelAsync();
            await WaitAsync(output);
            await CloseAsync(status, reason);
            // Cut at once, the close frame would be lost behind a reset.
            await WaitAsync(DrainAsync());
        }

        socket.Abort();
        await ((Task)Task.WhenAll(output, input)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task<(WebSocketCloseStatus Status, string Reason)> SendOutputAsync(CancellationToken cancellationToken)
    {
        await foreach (var e in session.ReadAsync(cancellationToken))
        {
            switch (e)
            {
                case ConsoleOutput chunk:
                    await socket.SendAsync(chunk.Bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
                    break;
                case ConsoleSkipped skipped:
                    await NotifyAsync(new AttachNotice { Skipped = skipped.Bytes });
                    break;
                case ConsoleExited exited:
                    await NotifyAsync(new AttachNotice { Exited = new ExitResource(exited.ExitCode, exited.OutOfMemory) });
                    break;
            }
        }

        return (WebSocketCloseStatus.NormalClosure, "The console ended.");
    }

    async Task<(WebSocketCloseStatus Status, string Reason)> ReceiveInputAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[FrameBytes];
        while (true)
        {
            var frame = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            switch (frame.MessageType)
            {
                case WebSocketMessageType.Binary:
                    await TypeAsync(buffer.AsMemory(0, frame.Count), cancellationToken);
                    break;
                case WebSocketMessageType.Text when !frame.EndOfMessage || frame.Count > ControlBytes:
                    return (WebSocketCloseStatus.MessageTooBig, "A control message has 4 KiB at most, in one frame.");
                case WebSocketMessageType.Text:
                    if (await ControlAsync(buffer.AsMemory(0, frame.Count), cancellationToken) is { } complaint)
                    {
                        return (WebSocketCloseStatus.InvalidPayloadData, complaint);
                    }

                    break;
                default:
                    return (WebSocketCloseStatus.NormalClosure, "The client left.");
            }
        }
    }

    async Task DrainAsync()
    {
        var buffer = new byte[ControlBytes];
        while (socket.State is WebSocketState.CloseSent)
        {
            await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        }
    }

    async ValueTask TypeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await session.WriteAsync(bytes, cancellationToken);
        }
        catch (EngineException e) when (e.Error is EngineError.WrongState)
        {
            // The container ended while somebody typed; the output side is about to say so, and closes.
        }
    }

    /// <summary>Does what a text frame says, or returns why it cannot.</summary>
    async ValueTask<string?> ControlAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        switch (Parse(json.Span))
        {
            case { Resize: { Columns: >= 1 and <= Attach.MaxTerminalSide, Rows: >= 1 and <= Attach.MaxTerminalSide } size }:
                await session.ResizeAsync(size.Columns, size.Rows, cancellationToken);
                return null;
            case { Resize: not null }:
                return $"resize: columns and rows are numbers from 1 to {Attach.MaxTerminalSide}.";
            case { CloseInput: true }:
                await session.CloseInputAsync(cancellationToken);
                return null;
            case null:
                return "A text frame holds JSON, such as {\"resize\":{\"columns\":80,\"rows\":24}}.";
            default:
                // A message of a later version.
                return null;
        }
    }

    static AttachControl? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ApiJson.Default.AttachControl);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    Task NotifyAsync(AttachNotice notice) => socket.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(notice, ApiJson.Default.AttachNotice), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await WaitAsync(socket.CloseOutputAsync(status, reason, CancellationToken.None));
        }
    }

    /// <summary>The reason an end gives the client: its own result, or what the engine or the connection said.</summary>
    static async Task<(WebSocketCloseStatus Status, string Reason)> Outcome(Task<(WebSocketCloseStatus Status, string Reason)> end)
    {
        try
        {
            return await end;
        }
        catch (EngineException e)
        {
            // RFC 6455, 5.5: a close frame has room for 123 bytes of reason.
            return (WebSocketCloseStatus.PolicyViolation, e.Message.Length <= 100 ? e.Message : e.Message[..100]);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            return (WebSocketCloseStatus.EndpointUnavailable, "The connection ended.");
        }
    }

    /// <summary>A peer that does not answer is cut off by the caller.</summary>
    static async Task WaitAsync(Task task) =>
        await task.WaitAsync(CloseTimeout, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
