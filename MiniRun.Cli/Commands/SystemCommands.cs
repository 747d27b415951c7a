using System.CommandLine;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Commands;

static class SystemCommands
{
    public static Command SetupUrl(Connection connection) => connection.Run(
        new Command("setup-url", "Prints a link that signs a browser in, once."),
        async (panel, _, cancellationToken) =>
        {
            var link = await panel.PostAsync(Routes.SignInLinks, ApiJson.Default.SignInLink, cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync(link.Url);
            return 0;
        });

    public static Command Health(Connection connection) => connection.Run(
        new Command("health", "Says whether the panel is alive."),
        async (panel, _, cancellationToken) =>
        {
            var health = await panel.GetAsync(Routes.Health, ApiJson.Default.HealthResource, cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync($"{health.Status} (MiniRun {health.Version})");
            return 0;
        });
}
