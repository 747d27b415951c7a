using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Verbs;

/// <summary>Stays with a process until it has ended: hands signals on to it, and connects its terminal with the caller's.</summary>
sealed class ForegroundProcess : IDisposable
{
    const int ProcessTag = 0;
    const int SignalTag = 1;
    const int InputTag = 2;
    const int OutputTag = 3;

    /// <summary>SIGWINCH of signal(7): the caller's window has another size.</summary>
    const int WindowChange = 28;

    readonly SignalFile _signals;
    readonly byte[] _buffer = new byte[16 * 1024];

    ForegroundProcess(SignalFile signals) => _signals = signals;

    /// <summary>From now on signals wait for the process instead of ending this one.</summary>
    public static ForegroundProcess Prepare() =>
        new(SignalFile.Catch(Signals.HangUp, Signals.Interrupt, Signals.Quit, Signals.Terminate, Signals.User1, Signals.User2, WindowChange));

    /// <param name="terminal">The master of its terminal; null when its streams are the caller's own.</param>
    public ProcessEnd Await(SafeFileHandle process, SafeFileHandle? terminal)
    {
        using var input = new SafeFileHandle(0, ownsHandle: false);
        using var output = new SafeFileHandle(1, ownsHandle: false);
        var settings = terminal is null ? null : TerminalSettings.Of(input);
        settings?.MakeRaw(input);
        try
        {
            Resize(terminal, input);
            return Watch(process, terminal, input, output);
        }
        finally
        {
            settings?.Restore(input);
        }
    }

    public void Dispose() => _signals.Dispose();

    ProcessEnd Watch(SafeFileHandle process, SafeFileHandle? terminal, SafeFileHandle input, SafeFileHandle output)
    {
        using var epoll = new Epoll();
        epoll.Watch(process, Readiness.Readable, ProcessTag);
        epoll.Watch(_signals.Handle, Readiness.Readable, SignalTag);
        if (terminal is not null)
        {
            epoll.Watch(terminal, Readiness.Readable, OutputTag);
            epoll.TryWatch(input, Readiness.Readable, InputTag);
        }

        while (true)
        {
            var count = epoll.Wait(-1);
            for (var i = 0; i < count; i++)
            {
                switch (epoll[i].Tag)
                {
                    case ProcessTag:
                        Drain(terminal, output);
                        return Processes.Reap(process, wait: true)!.Value;
                    case SignalTag:
                        HandOn(process, terminal, input);
                        break;
                    case InputTag:
                        Copy(epoll, input, terminal!);
                        break;
                    case OutputTag:
                        Copy(epoll, terminal!, output);
                        break;
                }
            }
        }
    }

    void HandOn(SafeFileHandle process, SafeFileHandle? terminal, SafeFileHandle input)
    {
        var signal = _signals.Next();
        if (signal == WindowChange && terminal is not null)
        {
            Resize(terminal, input);
        }
        else
        {
            Processes.Signal(process, signal);
        }
    }

    void Copy(Epoll epoll, SafeFileHandle from, SafeFileHandle to)
    {
        var count = Pipes.TryRead(from, _buffer);
        if (count < 0)
        {
            epoll.Forget(from);
        }
        else
        {
            Files.Write(to, _buffer.AsSpan(0, count));
        }
    }

    /// <summary>What the process wrote last is still in its terminal.</summary>
    void Drain(SafeFileHandle? terminal, SafeFileHandle output)
    {
        if (terminal is null)
        {
            return;
        }

        Pipes.DoNotBlock(terminal);
        for (var count = Pipes.TryRead(terminal, _buffer); count > 0; count = Pipes.TryRead(terminal, _buffer))
        {
            Files.Write(output, _buffer.AsSpan(0, count));
        }
    }

    static void Resize(SafeFileHandle? terminal, SafeFileHandle window)
    {
        if (terminal is not null && TerminalSettings.SizeOf(window) is { Columns: > 0, Rows: > 0 } size)
        {
            Terminal.Resize(terminal, size.Columns, size.Rows);
        }
    }
}
