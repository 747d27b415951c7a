using System.CommandLine;
using MiniRun.Cli.Rest;

namespace MiniRun.Cli.Commands;

static class LogsCommand
{
    static readonly Argument<string> Name = Connection.NameArgument();
    static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what the container writes from now on." };
    static readonly Option<int?> Tail = new("--tail", "-n") { Description = "Only the last lines.", HelpName = "lines" };

    public static Command Make(Connection connection) => connection.Run(
        new Command("logs", "Prints a container's output.") { Name, Follow, Tail },
        async (panel, parsed, cancellationToken) =>
        {
            var path = Routes.Container(
                parsed.GetRequiredValue(Name),
                "logs",
                ("tail", parsed.GetValue(Tail)),
                ("follow", parsed.GetValue(Follow) ? "true" : null));
            await using var output = connection.Surroundings.Terminal.OpenOutput();
            await panel.CopyAsync(path, output, cancellationToken);
            return 0;
        });
}
