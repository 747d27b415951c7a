using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hubs;

/// <summary>One attached console of one browser tab: output as fast as the tab draws, input in order.</summary>
sealed class BrowserConsole : IAsyncDisposable
{
    /// <summary>A megabyte of typing or pasting that the container has not read.</summary>
    const int InputBacklog = 32;

    readonly IConsoleSession _session;
    readonly ConsoleCredit _credit = new();
    readonly CancellationTokenSource _closed = new();
    readonly Task _typing;
    bool _disposed;

    // Input waits here, not in the hub's call: a call that waits would hold back the credits behind it.
    readonly Channel<byte[]> _input = Channel.CreateBounded<byte[]>(InputBacklog);

    public BrowserConsole(IConsoleSession session)
    {
        _session = session;
        _typing = PumpInputAsync(_closed.Token);
    }

    /// <exception cref="HubException">The container ended or does not read its input.</exception>
    public void Type(byte[] bytes)
    {
        if (!_input.Writer.TryWrite(bytes))
        {
            throw new HubException("Nobody reads this input: the container is busy or ended; wait, or send less.");
        }
    }

    public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken) =>
        _session.ResizeAsync(columns, rows, cancellationToken);

    public void Credit(int bytes) => _credit.Add(bytes);

    /// <summary>Ends after exited, when the caller leaves, or when the connection attaches elsewhere.</summary>
    public async IAsyncEnumerable<ConsoleFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        try
        {
            yield return ConsoleFrame.Hello(_session.Terminal);
            await foreach (var e in _session.ReadAsync(ended.Token))
            {
                var frame = ConsoleFrame.Of(e);
                _credit.Spend(frame.Data?.Length ?? 0);
                yield return frame;
                await _credit.WaitAsync(ended.Token);
            }
        }
        finally
        {
            // A tab that stops reading is no client any more, even while its connection lives.
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        _input.Writer.TryComplete();
        await _closed.CancelAsync();
        await _typing;
        await _session.DisposeAsync();
        _closed.Dispose();
    }

    async Task PumpInputAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var bytes in _input.Reader.ReadAllAsync(cancellationToken))
            {
                await _session.WriteAsync(bytes, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The tab let go of the console.
        }
        catch (EngineException e) when (e.Error is EngineError.WrongState)
        {
            // The container ended while somebody typed; the output side says so.
            _input.Writer.TryComplete();
        }
    }
}
