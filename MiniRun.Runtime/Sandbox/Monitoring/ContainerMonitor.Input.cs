using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

sealed partial class ContainerMonitor
{
    readonly byte[] _input = new byte[64 * 1024];
    int _inputLength;
    bool _inputWatched;
    bool _inputEnding;
    bool _inputClosed;

    /// <returns>False when there is no room: the client keeps its frame, and what it sends next waits in its socket.</returns>
    bool TryQueueInput(ReadOnlySpan<byte> bytes)
    {
        if (_inputClosed || _inputEnding)
        {
            return true;
        }

        if (_inputLength + bytes.Length > _input.Length)
        {
            return false;
        }

        bytes.CopyTo(_input.AsSpan(_inputLength));
        _inputLength += bytes.Length;
        WriteInput();
        return true;
    }

    void CloseInputWhenWritten()
    {
        _inputEnding = true;
        WriteInput();
    }

    /// <summary>Writes what the container takes; epoll tells when it takes more.</summary>
    void WriteInput()
    {
        if (_inputClosed)
        {
            return;
        }

        var count = _inputLength > 0 ? Pipes.TryWrite(_console.Input, _input.AsSpan(0, _inputLength)) : 0;
        if (count < 0)
        {
            // The container closed its end: what is typed goes nowhere.
            StopInput();
            return;
        }

        _input.AsSpan(count, _inputLength - count).CopyTo(_input);
        _inputLength -= count;
        WatchInput(_inputLength > 0);
        if (_inputLength == 0 && _inputEnding)
        {
            StopInput();
        }
    }

    /// <summary>The container takes input again: so do the clients that had to wait.</summary>
    /// <remarks>Only called from the event loop: a client whose frame is being handled must not be handled again within that.</remarks>
    void ResumeInput()
    {
        WriteInput();
        for (var slot = 0; slot < MaximumClients; slot++)
        {
            if (_clients[slot] is { Wanted: var wanted } client && (wanted & Readiness.Readable) == Readiness.None)
            {
                Handle(slot, client);
            }
        }
    }

    void StopInput()
    {
        _inputClosed = true;
        _inputLength = 0;
        WatchInput(wanted: false);
        if (!_console.IsTerminal)
        {
            _console.Input.Dispose();
        }
    }

    /// <summary>A terminal's one descriptor is watched for output already; pipes have one of their own for input.</summary>
    void WatchInput(bool wanted)
    {
        if (wanted == _inputWatched || _console.Input.IsClosed)
        {
            return;
        }

        _inputWatched = wanted;
        if (_console.IsTerminal)
        {
            if (_outputOpen)
            {
                _epoll.Change(_console.Output, Readiness.Readable | (wanted ? Readiness.Writable : Readiness.None), OutputTag);
            }
        }
        else if (wanted)
        {
            _epoll.Watch(_console.Input, Readiness.Writable, InputTag);
        }
        else
        {
            _epoll.Forget(_console.Input);
        }
    }
}
