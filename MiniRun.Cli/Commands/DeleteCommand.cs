using System.CommandLine;
using MiniRun.Cli.Rest;

namespace MiniRun.Cli.Commands;

static class DeleteCommand
{
    static readonly Argument<string> Name = Connection.NameArgument();
    static readonly Option<bool> Force = new("--force", "-f") { Description = "Kill it first when it runs." };

    public static Command Make(Connection connection)
    {
        var command = new Command("delete", "Deletes a container and everything it wrote.") { Name, Force };
        command.Aliases.Add("rm");
        return connection.Run(command, async (panel, parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(Name);
            await panel.DeleteAsync(Routes.Container(name, act: null, ("force", parsed.GetValue(Force) ? "true" : null)), cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync(name);
            return 0;
        });
    }
}
