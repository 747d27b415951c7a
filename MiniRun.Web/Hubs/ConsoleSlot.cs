using Microsoft.AspNetCore.SignalR;

namespace MiniRun.Web.Hubs;

/// <summary>The one console a connection may have.</summary>
sealed class ConsoleSlot
{
    BrowserConsole? _current;

    /// <exception cref="HubException">Nothing is attached.</exception>
    public BrowserConsole Current => _current ?? throw new HubException("No console is attached to this connection; call Attach first.");

    /// <summary>The newest wins: a tab that attaches again has given up the console before.</summary>
    public async ValueTask ReplaceAsync(BrowserConsole? console)
    {
        if (Interlocked.Exchange(ref _current, console) is { } before)
        {
            await before.DisposeAsync();
        }
    }
}
