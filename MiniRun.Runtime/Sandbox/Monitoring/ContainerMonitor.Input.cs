using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

sealed partial class ContainerMonitor
{
    const int InputSize = 64 * 1024;

    readonly Pages _input = new(InputSize);
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

        if (_inputLength + bytes.Length > InputSize)
        {
            return false;
        }

        bytes.CopyTo(_input.Slice(_inputLength, bytes.Length));
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

        var waiting = _input.Slice(0, _inputLength);
        var count = _inputLength > 0 ? _container.Input.TryWrite(waiting) : 0;
        if (count < 0)
        {
            // The container closed its end: what is typed goes nowhere.
            StopInput();
            return;
        }

        waiting[count..].CopyTo(waiting);
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
            if (_clients[slot] is { IsConnected: true, Wanted: var wanted } client && (wanted & Readiness.Readable) == Readiness.None)
            {
                Handle(slot, client);
            }
        }
    }

    void StopInput()
    {
        WatchInput(wanted: false);
        if (!_inputClosed && !_container.IsTerminal)
        {
            _container.Input.Close();
        }

        _inputClosed = true;
        _inputLength = 0;
    }

    /// <summary>A terminal's one descriptor is watched for output already; pipes have one of their own for input.</summary>
    void WatchInput(bool wanted)
    {
        if (wanted == _inputWatched || _inputClosed)
        {
            return;
        }

        _inputWatched = wanted;
        if (_container.IsTerminal)
        {
            if (_outputOpen)
            {
                _epoll.TryChange(_container.Output, Readiness.Readable | (wanted ? Readiness.Writable : Readiness.None), OutputTag);
            }
        }
        else if (wanted)
        {
            _epoll.TryWatch(_container.Input, Readiness.Writable, InputTag);
        }
        else
        {
            _epoll.TryForget(_container.Input);
        }
    }
}
