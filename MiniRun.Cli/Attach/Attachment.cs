using System.Net;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Attach;

/// <summary>Attaching as a command does it: the local terminal prepared and given back, the exit code for the shell.</summary>
static class Attachment
{
    const int Unknown = 255;

    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <returns>The container's exit code; 0 when the person detached.</returns>
    public static async Task<int> RunAsync(
        Panel panel, ContainerResource container, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var terminal = surroundings.Terminal;
        var raw = container.Terminal && terminal is { InputIsTerminal: true, OutputIsTerminal: true };
        ExitNotice? exited;
        try
        {
            var (columns, rows) = terminal.Size;
            var path = Routes.Container(
                container.Name, "attach", ("columns", raw ? columns : null), ("rows", raw ? rows : null));
            using var socket = await panel.ConnectAsync(path, KeepAlive, cancellationToken);
            using var mode = raw ? terminal.EnterRaw() : null;
            using var session = new AttachSession(socket, terminal, raw, surroundings.Error);
            exited = await session.RunAsync(cancellationToken);
        }
        catch (PanelException exception) when (exception.Status is HttpStatusCode.Conflict)
        {
            return await AlreadyExitedAsync(panel, container.Name, surroundings, cancellationToken);
        }

        if (exited is null)
        {
            await surroundings.Error.WriteLineAsync(
                $"\nminirun: detached; \"{container.Name}\" goes on. Return with: minirun attach {container.Name}");
            return 0;
        }

        if (exited.OutOfMemory)
        {
            await surroundings.Error.WriteLineAsync($"minirun: \"{container.Name}\" was killed: out of memory");
        }

        return exited.ExitCode ?? Unknown;
    }

    // A short command may be over before its console is reached: its output and its code are the same.
    static async Task<int> AlreadyExitedAsync(Panel panel, string name, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var container = await panel.GetAsync(Routes.Container(name), ApiJson.Default.ContainerResource, cancellationToken);
        if (container.ExitCode is not { } code)
        {
            throw new PanelException($"\"{name}\" is {container.State}, so it has no console: start it with minirun start {name}.");
        }

        await using var output = surroundings.Terminal.OpenOutput();
        await panel.CopyAsync(Routes.Container(name, "logs"), output, cancellationToken);
        return code;
    }
}
