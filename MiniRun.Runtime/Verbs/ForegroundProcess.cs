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

    ForegroundProcess(SignalFile signals) => _signals = signals;

    /// <summary>From now on signals wait for the process instead of ending this one.</summary>
    public static ForegroundProcess Prepare() =>
        new(SignalFile.Catch(Signals.HangUp, Signals.Interrupt, Signals.Quit, Signals.Terminate, Signals.User1, Signals.User2, WindowChange));

    /// <param name="terminal">The master of its terminal; null when its streams are the caller's own.</param>
    public ProcessEnd Await(SafeFileHandle process, SafeFileHandle? terminal)
    {
        using var epoll = new Epoll();
        epoll.Watch(process, Readiness.Readable, ProcessTag);
        epoll.Watch(_signals.Handle, Readiness.Readable, SignalTag);
        using var relay = terminal is null ? null : new TerminalRelay(terminal, epoll, (InputTag, OutputTag));
        while (true)
        {
            var count = epoll.Wait(relay?.WantsInput == true ? 0 : -1);
            for (var i = 0; i < count; i++)
            {
                switch (epoll[i].Tag)
                {
                    case ProcessTag:
                        relay?.Drain();
                        return Processes.Reap(process, wait: true)!.Value;
                    case SignalTag:
                        HandOn(process, terminal);
                        break;
                    case InputTag:
                        relay!.Type();
                        break;
                    case OutputTag:
                        relay!.Serve();
                        break;
                }
            }

            if (relay?.WantsInput == true)
            {
                relay.Type();
            }
        }
    }

    public void Dispose() => _signals.Dispose();

    void HandOn(SafeFileHandle process, SafeFileHandle? terminal)
    {
        var signal = _signals.Next();
        if (signal == WindowChange && terminal is not null)
        {
            TerminalRelay.MatchWindow(terminal);
        }
        else
        {
            Processes.Signal(process, signal);
        }
    }
}
