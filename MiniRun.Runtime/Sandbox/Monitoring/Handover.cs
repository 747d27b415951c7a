using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>Everything that a monitor needs once its container runs: descriptors and a few facts, little enough for a command line.</summary>
/// <remarks>That is how it gets rid of all that the start has left behind: it runs its own program again, in the same
/// process, with the same children, and keeps these descriptors.</remarks>
sealed record Handover
{
    const int WordCount = 10;

    /// <summary>The bundle, where log and exit record go.</summary>
    public required Descriptor Bundle { get; init; }

    /// <summary>The container's run folder.</summary>
    public required Descriptor Run { get; init; }

    public required Descriptor Listener { get; init; }

    /// <summary>A pidfd of the container's first process, a child of this one.</summary>
    public required Descriptor Process { get; init; }

    /// <summary>Where stdout, or all of a terminal's output, is read.</summary>
    public required Descriptor Output { get; init; }

    /// <summary>Where stderr is read; none for a terminal.</summary>
    public required Descriptor Error { get; init; }

    /// <summary>Where input is written; for a terminal the same as <see cref="Output"/>.</summary>
    public required Descriptor Input { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public required long StartedAt { get; init; }

    public required string Cgroup { get; init; }

    public bool IsTerminal => !Error.IsOpen;

    /// <summary>Runs this program again with the verb <c>watch</c>.</summary>
    /// <exception cref="KernelException">The kernel refused: the caller goes on as it is.</exception>
    public void Restart()
    {
        foreach (var descriptor in (ReadOnlySpan<Descriptor>)[Bundle, Run, Listener, Process, Output, Error, Input])
        {
            if (descriptor.IsOpen)
            {
                descriptor.KeepOnExec();
            }
        }

        Processes.Restart(ToWords());
    }

    /// <summary>The command line, with the program's name first.</summary>
    public string[] ToWords() =>
    [
        "minirun-runtime", "watch", Text(Bundle), Text(Run), Text(Listener), Text(Process), Text(Output), Text(Error), Text(Input),
        StartedAt.ToString(CultureInfo.InvariantCulture), Cgroup,
    ];

    /// <summary>Reads what <see cref="ToWords"/> wrote, less the program's name.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static Handover Parse(ReadOnlySpan<string> words) => words.Length != WordCount ? throw new FormatException("watch is only for minirun-runtime itself") : new()
    {
        Bundle = Number(words[1]),
        Run = Number(words[2]),
        Listener = Number(words[3]),
        Process = Number(words[4]),
        Output = Number(words[5]),
        Error = Number(words[6]),
        Input = Number(words[7]),
        StartedAt = long.Parse(words[8], CultureInfo.InvariantCulture),
        Cgroup = words[9],
    };

    static string Text(Descriptor descriptor) => descriptor.Number.ToString(CultureInfo.InvariantCulture);

    static Descriptor Number(string word) => new(int.Parse(word, CultureInfo.InvariantCulture));
}
