using Microsoft.AspNetCore.SignalR;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hubs;

/// <summary><c>/hubs/console</c>: one console per connection, typed into and read from a browser's terminal.</summary>
sealed class ConsoleHub(IContainerEngine engine) : Hub
{
    public const int MaxInputBytes = 32 << 10;
    public const int MaxTerminalSide = 1000;

    /// <summary>Attaches; a console that this connection had before is let go. The first frame is always hello.</summary>
    public async Task<IAsyncEnumerable<ConsoleFrame>> Attach(string container, int columns, int rows, CancellationToken cancellationToken)
    {
        CheckSize(columns, rows);
        var session = await engine.AttachAsync(container, cancellationToken);
        var console = new BrowserConsole(session);
        await Slot.ReplaceAsync(console);
        await session.ResizeAsync(columns, rows, cancellationToken);
        return console.ReadAsync(cancellationToken);
    }

    public Task Input(byte[] bytes)
    {
        if (bytes.Length > MaxInputBytes)
        {
            throw new HubException($"bytes: {bytes.Length} are too many at once; send {MaxInputBytes} at most.");
        }

        Slot.Current.Type(bytes);
        return Task.CompletedTask;
    }

    public async Task Resize(int columns, int rows)
    {
        CheckSize(columns, rows);
        await Slot.Current.ResizeAsync(columns, rows, Context.ConnectionAborted);
    }

    /// <summary>The terminal has drawn this many bytes of output; as many more may be sent.</summary>
    public Task Credit(int bytes)
    {
        Slot.Current.Credit(bytes);
        return Task.CompletedTask;
    }

    public override Task OnConnectedAsync()
    {
        Context.Items[typeof(ConsoleSlot)] = new ConsoleSlot();
        return base.OnConnectedAsync();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        await Slot.ReplaceAsync(null);
        await base.OnDisconnectedAsync(exception);
    }

    ConsoleSlot Slot => (ConsoleSlot)Context.Items[typeof(ConsoleSlot)]!;

    static void CheckSize(int columns, int rows)
    {
        if (columns is < 1 or > MaxTerminalSide || rows is < 1 or > MaxTerminalSide)
        {
            throw new HubException($"columns, rows: {columns} by {rows} is no size of a terminal; use 1 to {MaxTerminalSide} each.");
        }
    }
}
