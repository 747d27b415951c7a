using System.CommandLine;
using System.Text.Json;
using MiniRun.Cli.Output;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Commands;

static class ListCommand
{
    static readonly Option<bool> Json = new("--json") { Description = "Print the whole resources as a JSON array." };

    public static Command Make(Connection connection)
    {
        var command = new Command("list", "Lists all containers.") { Json };
        command.Aliases.Add("ls");
        command.Aliases.Add("ps");
        return connection.Run(command, async (panel, parsed, cancellationToken) =>
        {
            var containers = await AllAsync(panel, cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync(parsed.GetValue(Json)
                ? JsonSerializer.Serialize(containers, CliJson.Default.ListContainerResource)
                : ContainerTable.Of(containers, connection.Surroundings.Time.GetUtcNow()));
            return 0;
        });
    }

    static async Task<List<ContainerResource>> AllAsync(Panel panel, CancellationToken cancellationToken)
    {
        var containers = new List<ContainerResource>();
        var path = Routes.Containers;
        while (true)
        {
            var page = await panel.GetAsync(path, ApiJson.Default.ContainerPage, cancellationToken);
            containers.AddRange(page.Items);
            if (page.NextCursor is not { } cursor)
            {
                return containers;
            }

            path = $"{Routes.Containers}?cursor={Uri.EscapeDataString(cursor)}";
        }
    }
}
