using System.Globalization;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>Sentences about containers, in one place.</summary>
static class ContainerText
{
    /// <summary>The state in one or two words: "running", "exited (3)", "out of memory".</summary>
    public static string State(ContainerStatus status) => status switch
    {
        { State: ContainerState.Exited, OutOfMemory: true } => "out of memory",
        { State: ContainerState.Exited, ExitCode: { } code } => $"exited ({code})",
        { State: ContainerState.Exited } => "exited",
        _ => status.State.ToString().ToLowerInvariant(),
    };

    /// <summary>Why the container does not run, in a sentence; null while it does.</summary>
    public static string? WhyStopped(Container container)
    {
        var status = container.Status;
        if (status.State is ContainerState.Broken || (status.Error is not null && !status.IsAlive))
        {
            return status.Error ?? "Its files contradict each other; delete it.";
        }

        return status.State switch
        {
            ContainerState.Created => "It has not been started yet.",
            ContainerState.Exited when status.OutOfMemory => container.Definition.Limits.MemoryBytes is { } limit
                ? $"Out of memory: the kernel killed it at the {ByteSize.Format(limit)} limit."
                : "Out of memory: the kernel killed it because the host had none left.",
            ContainerState.Exited => Ended(status),
            _ => null,
        };
    }

    /// <summary>"512 MiB memory, 0.5 CPU, 2,048 processes".</summary>
    public static string Limits(ContainerLimits limits) => string.Join(", ",
        limits.MemoryBytes is { } bytes ? $"{ByteSize.Format(bytes)} memory" : "unlimited memory",
        limits.Cpus is { } cpus ? $"{Number(cpus)} CPU" : "unlimited CPU",
        limits.Pids is { } pids ? $"{pids.ToString("N0", CultureInfo.InvariantCulture)} {(pids == 1 ? "process" : "processes")}" : "unlimited processes");

    /// <summary>The words as a shell would need them.</summary>
    public static string Command(IReadOnlyList<string> words) => string.Join(' ', words.Select(ShellWord.Quote));

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The sentence, and what the failed step usually means.</summary>
    public static string Error(EngineException error) =>
        error.Failure is { Hint.Length: > 0 } failure && !error.Message.Contains(failure.Hint, StringComparison.Ordinal)
            ? $"{error.Message} {failure.Hint}"
            : error.Message;

    static string Ended(ContainerStatus status) => status switch
    {
        { Signal: 9 } => "It was killed (signal 9).",
        { Signal: 15 } => "It was stopped (signal 15).",
        { Signal: { } signal } => $"Signal {signal} ended it.",
        { ExitCode: 0 } => "It ended by itself, without an error (exit code 0).",
        { ExitCode: 126 } => "Its command could not be executed (exit code 126).",
        { ExitCode: 127 } => "Its command was not found (exit code 127).",
        { ExitCode: 255 } => "It ended with exit code 255: its command failed, or the exit code was lost.",
        { ExitCode: { } code } => $"It ended with an error (exit code {code}).",
        _ => "It ended.",
    };
}
