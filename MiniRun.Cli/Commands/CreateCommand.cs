using System.CommandLine;
using System.Text.Json;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Commands;

static class CreateCommand
{
    static readonly Argument<string> Name = new("NAME") { Description = "The new container's name." };
    static readonly Argument<string[]> Words = new("COMMAND")
    {
        Description = "The command and its arguments, after --; the image's own when absent.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    static readonly Option<string?> Image = new("--image") { Description = "The image; base when absent." };
    static readonly Option<string?> Memory = new("--memory", "-m") { Description = "Memory limit: bytes, or 64m, 1.5g." };
    static readonly Option<string?> Cpus = new("--cpus") { Description = "CPU limit as a decimal: 0.5 is half a CPU." };
    static readonly Option<int?> Pids = new("--pids") { Description = "How many processes at most." };
    static readonly Option<string[]> Variables = new("--env", "-e") { Description = "NAME=value; may be given often.", HelpName = "NAME=value" };
    static readonly Option<string?> Network = new("--network") { Description = "none (the default) or host." };
    static readonly Option<string?> WorkingDirectory = new("--workdir", "-w") { Description = "Where the command starts." };
    static readonly Option<bool> Terminal = new("--terminal", "-t") { Description = "Give it a terminal (the default when run from one)." };
    static readonly Option<bool> NoTerminal = new("--no-terminal") { Description = "Give it pipes." };

    static CreateCommand()
    {
        Network.AcceptOnlyFromAmong("none", "host");
        // One value each, so that a name after -e NAME=value is not taken for another variable.
        Variables.AllowMultipleArgumentsPerToken = false;
    }

    public static Command Make(Connection connection)
    {
        var command = new Command("create", "Makes a container; start runs it.")
        {
            Name, Words, Image, Memory, Cpus, Pids, Variables, Network, WorkingDirectory, Terminal, NoTerminal,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Terminal) && result.GetValue(NoTerminal))
            {
                result.AddError("--terminal and --no-terminal exclude each other: give one of them.");
            }
        });
        return connection.Run(command, async (panel, parsed, cancellationToken) =>
        {
            var created = await panel.SendAsync(
                HttpMethod.Post,
                Routes.Containers,
                ApiJson.Default.ContainerResource,
                JsonBody.Of(Request(parsed, connection.Surroundings.Terminal.InputIsTerminal), ApiJson.Default.CreateContainer),
                ifMatch: null,
                cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync(created.Name);
            // Generated deserializers set an absent init property to null, whatever its initializer says.
            foreach (var warning in created.Warnings ?? [])
            {
                await connection.Surroundings.Error.WriteLineAsync($"minirun: warning: {warning}");
            }

            return 0;
        });
    }

    public static CreateContainer Request(ParseResult parsed, bool inputIsTerminal) => new()
    {
        Name = parsed.GetValue(Name),
        Image = parsed.GetValue(Image),
        Command = Strings(parsed.GetValue(Words)),
        Environment = Strings(parsed.GetValue(Variables)),
        Memory = Text(parsed.GetValue(Memory)),
        Cpus = Text(parsed.GetValue(Cpus)),
        Pids = parsed.GetValue(Pids),
        Network = parsed.GetValue(Network),
        WorkingDirectory = parsed.GetValue(WorkingDirectory),
        Terminal = parsed.GetValue(Terminal) || (!parsed.GetValue(NoTerminal) && inputIsTerminal),
    };

    public static JsonElement? Text(string? text) =>
        text is null ? null : JsonSerializer.SerializeToElement(text, CliJson.Default.String);

    static JsonElement? Strings(string[]? words) =>
        words is null or [] ? null : JsonSerializer.SerializeToElement(words, CliJson.Default.StringArray);
}
