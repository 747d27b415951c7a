using MiniRun.Cli.Terminal;

namespace MiniRun.Cli;

/// <summary>What the program meets outside itself; tests bring their own.</summary>
sealed record Surroundings
{
    public TextWriter Output { get; init; } = Console.Out;

    public TextWriter Error { get; init; } = Console.Error;

    public ILocalTerminal Terminal { get; init; } = new LocalTerminal();

    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
