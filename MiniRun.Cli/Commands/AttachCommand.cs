using System.CommandLine;
using MiniRun.Cli.Attach;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Commands;

static class AttachCommand
{
    static readonly Argument<string> Name = Connection.NameArgument();

    public static Command Make(Connection connection) => connection.Run(
        new Command("attach", "Connects to a running container's console; Ctrl-P Ctrl-Q detaches.") { Name },
        async (panel, parsed, cancellationToken) =>
        {
            var path = Routes.Container(parsed.GetRequiredValue(Name));
            var container = await panel.GetAsync(path, ApiJson.Default.ContainerResource, cancellationToken);
            return await Attachment.RunAsync(panel, container, connection.Surroundings, cancellationToken);
        });
}
