using System.CommandLine;
using MiniRun.Cli.Commands;
using MiniRun.Cli.Rest;

namespace MiniRun.Cli;

/// <summary>The whole program: one command line in, one exit code out.</summary>
static class Minirun
{
    const int Failed = 1;
    const int Interrupted = 130;

    public static async Task<int> RunAsync(string[] args, Surroundings surroundings, CancellationToken cancellationToken = default)
    {
        var connection = new Connection(surroundings);
        var root = new RootCommand("Runs containers on this host, through MiniRun's panel.")
        {
            connection.HostOption,
            connection.TokenFileOption,
            CreateCommand.Make(connection),
            StartCommand.Make(connection),
            LifecycleCommands.Stop(connection),
            LifecycleCommands.Kill(connection),
            LifecycleCommands.Restart(connection),
            DeleteCommand.Make(connection),
            ListCommand.Make(connection),
            InspectCommand.Make(connection),
            LogsCommand.Make(connection),
            StatsCommand.Make(connection),
            UpdateCommand.Make(connection),
            AttachCommand.Make(connection),
            SystemCommands.SetupUrl(connection),
            SystemCommands.Health(connection),
        };

        // No response files: a command word that begins with @ belongs to the container.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = surroundings.Output,
                    Error = surroundings.Error,
                    EnableDefaultExceptionHandler = false,
                },
                cancellationToken);
        }
        catch (Exception exception) when (exception is PanelException or IOException)
        {
            await surroundings.Error.WriteLineAsync($"minirun: {exception.Message}");
            return Failed;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
    }
}
