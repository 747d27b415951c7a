using System.CommandLine;
using MiniRun.Cli.Rest;

namespace MiniRun.Cli.Commands;

/// <summary>What every command shares: how it finds the panel, and how it runs against it.</summary>
sealed class Connection(Surroundings surroundings)
{
    public Option<string?> HostOption { get; } = new("--host")
    {
        Description = "The panel's URL, instead of its local socket (MINIRUN_HOST).",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<string?> TokenFileOption { get; } = new("--token-file")
    {
        Description = "A file that holds the token for --host (or MINIRUN_TOKEN).",
        HelpName = "FILE",
        Recursive = true,
    };

    public Surroundings Surroundings => surroundings;

    public static Argument<string> NameArgument() => new("NAME") { Description = "A container's name, id, or beginning of its id." };

    /// <summary>Gives the command its act; the panel is let go of afterwards.</summary>
    public Command Run(Command command, Func<Panel, ParseResult, CancellationToken, Task<int>> act)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var panel = new Panel(PanelAddress.Find(
                parsed.GetValue(HostOption), parsed.GetValue(TokenFileOption), surroundings.Variable));
            return await act(panel, parsed, cancellationToken);
        });
        return command;
    }
}
