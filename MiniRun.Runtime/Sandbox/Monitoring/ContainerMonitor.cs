using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>Watches one container from its start to its end: owns the console, writes the log, serves clients, notes how it ended.</summary>
/// <remarks>One thread, one epoll, no allocation while the container runs. It needs neither the engine nor a network, and
/// outlives the panel.</remarks>
sealed partial class ContainerMonitor : IDisposable
{
    /// <summary>How long a line without its end waits for the rest before the log gets what there is, in milliseconds.</summary>
    const int PartialLineDelay = 200;

    /// <summary>How long the last output of an ended container, and slow clients, are waited for, in milliseconds.</summary>
    const int LastOutputDelay = 1000;

    /// <summary>How long nothing must happen until the pages of the program are let go, in milliseconds.</summary>
    const int RestDelay = 500;

    const int ProcessTag = 0;
    const int OutputTag = 1;
    const int ErrorTag = 2;
    const int InputTag = 3;
    const int ListenerTag = 4;
    const int FirstClientTag = 16;

    readonly Handover _container;
    readonly Folder _bundleFolder;
    readonly Folder _runFolder;
    readonly SafeFileHandle _process;
    readonly Epoll _epoll = new();
    readonly OutputRing _ring = new();
    readonly LogWriter _log;
    readonly Pages _chunk = new(Frame.MaximumPayload);
    readonly OwnProgram _program = new();
    ProcessEnd? _ended;
    bool _isResting;
    bool _outputOpen = true;
    bool _errorOpen;

    /// <param name="container">Its descriptors belong to this monitor from now on.</param>
    /// <exception cref="KernelException">There is no memory or no descriptor left.</exception>
    public ContainerMonitor(Handover container)
    {
        _container = container;
        _bundleFolder = Folder.Of(Own(container.Bundle));
        _runFolder = Folder.Of(Own(container.Run));
        _process = Own(container.Process);
        _log = new LogWriter(_bundleFolder);
        _errorOpen = container.Error.IsOpen;
        Watch(container.Process, ProcessTag);
        Watch(container.Output, OutputTag);
        Watch(container.Listener, ListenerTag);
        if (_errorOpen)
        {
            Watch(container.Error, ErrorTag);
        }

        for (var slot = 0; slot < MaximumClients; slot++)
        {
            _clients[slot] = new MonitorClient(_clientMemory, slot * MonitorClient.MemorySize);
        }
    }

    /// <summary>Returns when the container has ended and everything about it is written down.</summary>
    public void Run()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        while (_ended is null)
        {
            Turn(_log.HasParts || !_listening ? PartialLineDelay : _isResting ? -1 : RestDelay);
        }

        // Its pid namespace died with it, so the streams are ending too.
        var deadline = Clock.Monotonic() + (LastOutputDelay * 1_000_000L);
        while ((_outputOpen || _errorOpen) && Clock.Monotonic() < deadline)
        {
            Turn(LastOutputDelay / 10);
        }

        _log.FlushParts();
        var record = Conclude(GC.GetAllocatedBytesForCurrentThread() - allocated);
        SayEnd(record);
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            if (client.IsConnected)
            {
                client.Disconnect();
            }
        }

        _epoll.Dispose();
        _log.Dispose();
        _ring.Dispose();
        _chunk.Dispose();
        _program.Dispose();
        _input.Dispose();
        _clientMemory.Dispose();
        _container.Listener.Close();
        _process.Dispose();
        _runFolder.Dispose();
        _bundleFolder.Dispose();
    }

    static SafeFileHandle Own(Descriptor descriptor) => new(descriptor.Number, ownsHandle: true);

    void Watch(Descriptor descriptor, int tag)
    {
        if (!_epoll.TryWatch(descriptor, Readiness.Readable, tag))
        {
            throw KernelException.Last("epoll_ctl");
        }
    }

    /// <summary>A container may say nothing for days.</summary>
    void Rest()
    {
        if (!_isResting)
        {
            _program.Forget();
            _isResting = true;
        }
    }

    /// <summary>Waits for events and handles them.</summary>
    void Turn(int milliseconds)
    {
        var count = _epoll.Wait(milliseconds);
        if (count == 0)
        {
            _log.FlushParts();
            Listen();
            Rest();
        }

        _isResting &= count == 0;
        for (var i = 0; i < count; i++)
        {
            var (tag, ready) = _epoll[i];
            switch (tag)
            {
                case ProcessTag:
                    _ended = Processes.Reap(_process, wait: true);
                    _epoll.TryForget(_container.Process);
                    break;
                case OutputTag:
                    if (_container.IsTerminal && (ready & Readiness.Writable) != Readiness.None)
                    {
                        ResumeInput();
                    }

                    _outputOpen = Drain(_container.Output, stream: 1);
                    break;
                case ErrorTag:
                    _errorOpen = Drain(_container.Error, stream: 2);
                    break;
                case InputTag:
                    ResumeInput();
                    break;
                case ListenerTag:
                    Accept();
                    break;
                default:
                    Serve(tag - FirstClientTag, ready);
                    break;
            }
        }
    }

    /// <summary>Moves one chunk into log and ring; level-triggered epoll asks again while there is more.</summary>
    /// <returns>Whether more may come.</returns>
    bool Drain(Descriptor source, byte stream)
    {
        var chunk = _chunk.Slice(0, Frame.MaximumPayload);
        var count = source.TryRead(chunk);
        if (count < 0)
        {
            if (source == _container.Input)
            {
                StopInput();
            }

            _epoll.TryForget(source);
            return false;
        }

        if (count > 0)
        {
            var bytes = chunk[..count];
            _log.Append(stream, bytes);
            _ring.Append(stream, bytes);
            SendToAll(default);
        }

        return true;
    }
}

/// <summary>Where clients find a monitor.</summary>
static class MonitorSocket
{
    /// <summary>In the container's run folder.</summary>
    public const string FileName = "monitor.sock";
}
