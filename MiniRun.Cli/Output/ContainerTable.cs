using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Output;

/// <summary>The list as a person reads it.</summary>
static class ContainerTable
{
    const int CommandWidth = 40;

    public static string Of(IEnumerable<ContainerResource> containers, DateTimeOffset now) => Table.Of(
        ["NAME", "STATE", "IMAGE", "COMMAND", "UPTIME/EXIT"],
        containers.Select(container => (IReadOnlyList<string>)
        [
            container.Name, container.State, container.Image, Shorten(string.Join(' ', container.Command)), Outcome(container, now),
        ]));

    static string Outcome(ContainerResource container, DateTimeOffset now) => container switch
    {
        { State: "running" or "stopping", StartedAt: { } started } => Words.Duration(now - started),
        { OutOfMemory: true } => $"exit {container.ExitCode}, out of memory",
        { ExitCode: { } code } => $"exit {code}",
        { Error: { } error } => error,
        _ => "-",
    };

    static string Shorten(string command) => command.Length <= CommandWidth ? command : command[..(CommandWidth - 1)] + "…";
}
