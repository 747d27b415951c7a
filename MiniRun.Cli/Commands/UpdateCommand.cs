using System.CommandLine;
using System.Globalization;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Commands;

static class UpdateCommand
{
    static readonly Argument<string> Name = Connection.NameArgument();
    static readonly Option<string?> Memory = new("--memory", "-m") { Description = "The new memory limit: bytes, or 64m." };
    static readonly Option<string?> Cpus = new("--cpus") { Description = "The new CPU limit as a decimal." };
    static readonly Option<int?> Pids = new("--pids") { Description = "The new limit of processes." };
    static readonly Option<string?> NewName = new("--name") { Description = "The new name." };

    public static Command Make(Connection connection)
    {
        var command = new Command("update", "Changes a container, at once when it runs.") { Name, Memory, Cpus, Pids, NewName };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Memory) is null && result.GetValue(Cpus) is null
                && result.GetValue(Pids) is null && result.GetValue(NewName) is null)
            {
                result.AddError("Nothing to change: give --memory, --cpus, --pids or --name.");
            }
        });
        return connection.Run(command, async (panel, parsed, cancellationToken) =>
        {
            var path = Routes.Container(parsed.GetRequiredValue(Name));
            // The revision makes sure that nobody else's change in between is undone.
            var known = await panel.GetAsync(path, ApiJson.Default.ContainerResource, cancellationToken);
            var changed = await panel.SendAsync(
                HttpMethod.Patch,
                path,
                ApiJson.Default.ContainerResource,
                JsonBody.Of(Request(parsed), ApiJson.Default.PatchContainer),
                known.Revision.ToString(CultureInfo.InvariantCulture),
                cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync(changed.Name);
            return 0;
        });
    }

    static PatchContainer Request(ParseResult parsed) => new()
    {
        Name = parsed.GetValue(NewName),
        Memory = CreateCommand.Text(parsed.GetValue(Memory)),
        Cpus = CreateCommand.Text(parsed.GetValue(Cpus)),
        Pids = parsed.GetValue(Pids),
    };
}
