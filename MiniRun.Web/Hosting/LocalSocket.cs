using System.Net.Sockets;
using MiniRun.Web.Security;

namespace MiniRun.Web.Hosting;

/// <summary>The file of the unix socket: its folder, its mode, and what an earlier panel left there.</summary>
sealed class LocalSocket(PanelOptions options, ILogger<LocalSocket> logger) : IHostedLifecycleService
{
    const UnixFileMode FolderMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    bool _prepared;

    /// <summary>Makes the folder and removes a socket that nobody listens on.</summary>
    /// <exception cref="InvalidOperationException">Another panel listens there.</exception>
    public void Prepare()
    {
        // The folder's mode is the gate in the moment between bind and chmod of the socket.
        Directory.CreateDirectory(options.Run, FolderMode);
        File.SetUnixFileMode(options.Run, FolderMode);
        FileOwner.GiveToGroup(options.Run);
        if (File.Exists(options.Socket))
        {
            if (IsAnswered())
            {
                throw new InvalidOperationException($"Another panel listens on {options.Socket}; stop it, or set MINIRUN_RUN to another folder.");
            }

            File.Delete(options.Socket);
        }

        _prepared = true;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // A test host without Kestrel opens no socket.
        if (_prepared)
        {
            File.SetUnixFileMode(options.Socket, SocketMode);
            FileOwner.GiveToGroup(options.Socket);
            HostingLog.SocketOpen(logger, options.Socket);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    bool IsAnswered()
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(options.Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
