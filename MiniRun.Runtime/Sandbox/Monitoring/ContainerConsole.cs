using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>The monitor's side of a container's standard streams: a terminal, or three pipes.</summary>
sealed class ContainerConsole : IDisposable
{
    readonly List<SafeFileHandle> _childSide = [];

    ContainerConsole(SafeFileHandle output, SafeFileHandle? error, SafeFileHandle input, bool isTerminal)
    {
        Output = output;
        Error = error;
        Input = input;
        IsTerminal = isTerminal;
    }

    public bool IsTerminal { get; }

    /// <summary>Where stdout, or all of a terminal's output, is read.</summary>
    public SafeFileHandle Output { get; }

    /// <summary>Where stderr is read; null for a terminal.</summary>
    public SafeFileHandle? Error { get; }

    /// <summary>Where input is written. For pipes the monitor holds it open, so that a shell without input waits instead of ending.</summary>
    public SafeFileHandle Input { get; }

    /// <summary>What the container's process gets.</summary>
    public ProcessStreams Streams { get; private init; }

    public static ContainerConsole Create(RuntimeConfig config) =>
        config.Process.Terminal ? CreateTerminal(config) : CreatePipes();

    /// <summary>Lets go of the container's ends: only then do reads see the end of its output.</summary>
    public void ReleaseChildSide()
    {
        foreach (var handle in _childSide)
        {
            handle.Dispose();
        }

        _childSide.Clear();
    }

    public void Dispose()
    {
        ReleaseChildSide();
        Output.Dispose();
        Error?.Dispose();
        Input.Dispose();
    }

    static ContainerConsole CreateTerminal(RuntimeConfig config)
    {
        var terminal = ContainerTerminal.Create(config);
        Pipes.DoNotBlock(terminal.Master);
        var console = new ContainerConsole(terminal.Master, null, terminal.Master, isTerminal: true) { Streams = terminal.Streams };
        console._childSide.AddRange([terminal.Peer, terminal.Instance]);
        return console;
    }

    static ContainerConsole CreatePipes()
    {
        var input = Pipes.Create();
        var output = Pipes.Create();
        var error = Pipes.Create();
        foreach (var ours in (ReadOnlySpan<SafeFileHandle>)[input.Write, output.Read, error.Read])
        {
            Pipes.DoNotBlock(ours);
        }

        var console = new ContainerConsole(output.Read, error.Read, input.Write, isTerminal: false)
        {
            Streams = new ProcessStreams((Files.Number(input.Read), Files.Number(output.Write), Files.Number(error.Write)), null),
        };
        console._childSide.AddRange([input.Read, output.Write, error.Write]);
        return console;
    }
}
