using System.CommandLine;
using System.Text.Json;
using MiniRun.Cli.Rest;

namespace MiniRun.Cli.Commands;

static class InspectCommand
{
    static readonly Argument<string> Name = Connection.NameArgument();

    public static Command Make(Connection connection) => connection.Run(
        new Command("inspect", "Prints everything about a container as JSON.") { Name },
        async (panel, parsed, cancellationToken) =>
        {
            // As the panel sends it, so that fields of a newer panel are shown as well.
            var container = await panel.GetAsync(
                Routes.Container(parsed.GetRequiredValue(Name)), CliJson.Default.JsonElement, cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync(JsonSerializer.Serialize(container, CliJson.Default.JsonElement));
            return 0;
        });
}
