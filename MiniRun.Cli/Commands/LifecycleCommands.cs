using System.CommandLine;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Commands;

/// <summary>stop, kill and restart: one request, and the container's name when it is done.</summary>
static class LifecycleCommands
{
    static readonly Argument<string> Name = Connection.NameArgument();
    static readonly Option<double?> Grace = new("--grace")
    {
        Description = "Seconds between SIGTERM and SIGKILL.",
        HelpName = "seconds",
    };

    static readonly Option<string?> Signal = new("--signal", "-s") { Description = "The signal's name or number; KILL when absent." };

    public static Command Stop(Connection connection) =>
        Make(connection, new Command("stop", "Stops a container: SIGTERM, then SIGKILL after the grace.") { Name, Grace }, Graceful("stop"));

    public static Command Restart(Connection connection) =>
        Make(connection, new Command("restart", "Stops a container and starts it again.") { Name, Grace }, Graceful("restart"));

    public static Command Kill(Connection connection) => Make(
        connection,
        new Command("kill", "Sends a signal to a container's first process.") { Name, Signal },
        parsed => Routes.Container(parsed.GetRequiredValue(Name), "kill", ("signal", parsed.GetValue(Signal))));

    static Func<ParseResult, string> Graceful(string act) =>
        parsed => Routes.Container(parsed.GetRequiredValue(Name), act, ("grace", parsed.GetValue(Grace)));

    static Command Make(Connection connection, Command command, Func<ParseResult, string> path) =>
        connection.Run(command, async (panel, parsed, cancellationToken) =>
        {
            var done = await panel.PostAsync(path(parsed), ApiJson.Default.TransitionResource, cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync(done.Container.Name);
            return 0;
        });
}
