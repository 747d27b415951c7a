using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Verbs;

/// <summary>Connects a process's terminal with the caller's standard streams.</summary>
/// <remarks>A process that does not read holds up the input and nothing else: its output, its end and signals go on. Without a
/// terminal of its own the caller's streams can be anything, a file or a pipe whose reader is gone too.</remarks>
sealed class TerminalRelay : IDisposable
{
    readonly SafeFileHandle _input = new(0, ownsHandle: false);
    readonly SafeFileHandle _output = new(1, ownsHandle: false);
    readonly byte[] _buffer = new byte[16 * 1024];
    readonly byte[] _typed = new byte[4 * 1024];
    readonly SafeFileHandle _master;
    readonly Epoll _epoll;
    readonly (int Input, int Output) _tags;
    readonly TerminalSettings? _settings;
    (int Start, int End) _unwritten;
    bool _inputIsWatched;
    bool _inputHasEnded;
    bool _masterHasEnded;
    bool _outputIsGone;

    /// <param name="master">Must not block any more from now on.</param>
    /// <param name="epoll">Tells about the input and the output by the tags.</param>
    public TerminalRelay(SafeFileHandle master, Epoll epoll, (int Input, int Output) tags)
    {
        (_master, _epoll, _tags) = (master, epoll, tags);
        Pipes.DoNotBlock(master);
        epoll.Watch(master, Readiness.Readable, tags.Output);
        _inputIsWatched = epoll.TryWatch(_input, Readiness.Readable, tags.Input);
        _settings = TerminalSettings.Of(_input);
        _settings?.MakeRaw(_input);
    }

    /// <summary>Whether the input is a file, which is always there to be read, and which epoll cannot watch.</summary>
    public bool WantsInput => !_inputIsWatched && !_inputHasEnded && _unwritten.Start == _unwritten.End;

    /// <summary>Makes a terminal that this process will hold like the caller's, before anybody writes to it. One that is handed to
    /// somebody else stays as the kernel made it: their clients count on its line ends.</summary>
    public static void Prepare(SafeFileHandle master)
    {
        Terminal.LeaveLineFeedsAlone(master);
        MatchWindow(master);
    }

    /// <summary>Gives a terminal the size of the caller's.</summary>
    public static void MatchWindow(SafeFileHandle master)
    {
        using var window = new SafeFileHandle(0, ownsHandle: false);
        if (TerminalSettings.SizeOf(window) is { Columns: > 0, Rows: > 0 } size)
        {
            Terminal.Resize(master, size.Columns, size.Rows);
        }
    }

    /// <summary>Hands on what was typed.</summary>
    public void Type()
    {
        var count = Pipes.TryRead(_input, _typed);
        if (count < 0)
        {
            _inputHasEnded = true;
            StopWatchingInput();
            return;
        }

        _unwritten = (0, count);
        Write();
    }

    /// <summary>The process reads or writes.</summary>
    public void Serve()
    {
        if (_unwritten.Start < _unwritten.End)
        {
            Write();
        }

        if (!_masterHasEnded && Show() < 0)
        {
            // Nobody has the terminal open any more.
            _masterHasEnded = _inputHasEnded = true;
            _unwritten = default;
            StopWatchingInput();
            _epoll.Forget(_master);
        }
    }

    /// <summary>What the process wrote last is still in its terminal.</summary>
    public void Drain()
    {
        while (Show() > 0)
        {
        }
    }

    public void Dispose() => _settings?.Restore(_input);

    int Show()
    {
        var count = Pipes.TryRead(_master, _buffer);
        if (count > 0 && !_outputIsGone)
        {
            try
            {
                Files.Write(_output, _buffer.AsSpan(0, count));
            }
            catch (KernelException)
            {
                // Nobody reads any more. The process shall not notice: it would stand still with a full terminal.
                _outputIsGone = true;
            }
        }

        return count;
    }

    /// <summary>What does not fit waits, and with it whatever is typed next.</summary>
    void Write()
    {
        var count = Pipes.TryWrite(_master, _typed.AsSpan(_unwritten.Start, _unwritten.End - _unwritten.Start));
        _unwritten = count < 0 ? default : (_unwritten.Start + count, _unwritten.End);
        var waits = _unwritten.Start < _unwritten.End;
        _epoll.Change(_master, waits ? Readiness.Readable | Readiness.Writable : Readiness.Readable, _tags.Output);
        if (_inputIsWatched)
        {
            _epoll.Change(_input, waits ? Readiness.None : Readiness.Readable, _tags.Input);
        }
    }

    void StopWatchingInput()
    {
        if (_inputIsWatched)
        {
            _inputIsWatched = false;
            _epoll.Forget(_input);
        }
    }
}
