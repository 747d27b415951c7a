using System.CommandLine;
using MiniRun.Cli.Attach;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Commands;

static class StartCommand
{
    static readonly Argument<string> Name = Connection.NameArgument();
    static readonly Option<bool> Detach = new("--detach", "-d") { Description = "Do not attach, even when run from a terminal." };

    public static Command Make(Connection connection) => connection.Run(
        new Command("start", "Starts a container, and attaches when run from a terminal.") { Name, Detach },
        async (panel, parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(Name);
            var started = await panel.PostAsync(Routes.Container(name, "start"), ApiJson.Default.TransitionResource, cancellationToken);
            var surroundings = connection.Surroundings;
            if (!parsed.GetValue(Detach) && surroundings.Terminal is { InputIsTerminal: true, OutputIsTerminal: true })
            {
                return await Attachment.RunAsync(panel, started.Container, surroundings, cancellationToken);
            }

            await surroundings.Output.WriteLineAsync(started.Container.Name);
            return 0;
        });
}
