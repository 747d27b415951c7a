using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
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

    const int ProcessTag = 0;
    const int OutputTag = 1;
    const int ErrorTag = 2;
    const int InputTag = 3;
    const int ListenerTag = 4;
    const int FirstClientTag = 16;

    readonly Folder _bundleFolder;
    readonly Folder _runFolder;
    readonly ContainerConsole _console;
    readonly LaunchedProcess _process;
    readonly ContainerCgroup _cgroup;
    readonly SafeFileHandle _listener;
    readonly long _startedAt;
    readonly Epoll _epoll = new();
    readonly OutputRing _ring = new();
    readonly LogWriter _log;
    readonly byte[] _chunk = new byte[Frame.MaximumPayload];
    readonly byte[] _end = new byte[9];
    ProcessEnd? _ended;
    bool _outputOpen = true;
    bool _errorOpen;

    public ContainerMonitor(
        Folder bundleFolder, Folder runFolder, ContainerConsole console, LaunchedProcess process, ContainerCgroup cgroup, SafeFileHandle listener, long startedAt)
    {
        (_bundleFolder, _runFolder, _console, _process) = (bundleFolder, runFolder, console, process);
        (_cgroup, _listener, _startedAt) = (cgroup, listener, startedAt);
        _log = new LogWriter(bundleFolder);
        _errorOpen = console.Error is not null;
        _epoll.Watch(process.PidFd, Readiness.Readable, ProcessTag);
        _epoll.Watch(console.Output, Readiness.Readable, OutputTag);
        if (console.Error is { } error)
        {
            _epoll.Watch(error, Readiness.Readable, ErrorTag);
        }

        _epoll.Watch(listener, Readiness.Readable, ListenerTag);
    }

    /// <summary>Returns when the container has ended and everything about it is written down.</summary>
    public void Run()
    {
        while (_ended is null)
        {
            Turn(_log.HasParts ? PartialLineDelay : -1);
        }

        // Its pid namespace died with it, so the streams are ending too.
        var deadline = Clock.Monotonic() + (LastOutputDelay * 1_000_000L);
        while ((_outputOpen || _errorOpen) && Clock.Monotonic() < deadline)
        {
            Turn(LastOutputDelay / 10);
        }

        var record = Conclude();
        SayEnd(record);
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client?.Dispose();
        }

        _listener.Dispose();
        _epoll.Dispose();
        _log.Dispose();
    }

    /// <summary>Waits for events and handles them.</summary>
    void Turn(int milliseconds)
    {
        var count = _epoll.Wait(milliseconds);
        if (count == 0)
        {
            _log.FlushParts();
        }

        for (var i = 0; i < count; i++)
        {
            var (tag, ready) = _epoll[i];
            switch (tag)
            {
                case ProcessTag:
                    _ended = Processes.Reap(_process.PidFd, wait: true);
                    _epoll.Forget(_process.PidFd);
                    break;
                case OutputTag:
                    if (_console.IsTerminal && (ready & Readiness.Writable) != Readiness.None)
                    {
                        ResumeInput();
                    }

                    _outputOpen = Drain(_console.Output, stream: 1);
                    break;
                case ErrorTag:
                    _errorOpen = Drain(_console.Error!, stream: 2);
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
    bool Drain(SafeFileHandle source, byte stream)
    {
        var count = Pipes.TryRead(source, _chunk);
        if (count < 0)
        {
            if (source == _console.Input)
            {
                StopInput();
            }

            _epoll.Forget(source);
            return false;
        }

        if (count > 0)
        {
            var bytes = _chunk.AsSpan(0, count);
            _log.Append(stream, bytes);
            _ring.Append(stream, bytes);
            SendToAll(default);
        }

        return true;
    }

    /// <summary>Writes down how it ended, then removes what only a running container has. In this order: whoever sees
    /// nothing of it running can rely on finding the record.</summary>
    ExitRecord Conclude()
    {
        _log.FlushParts();
        var outOfMemory = _cgroup.ReadOomKills() > 0;
        var end = _ended!.Value;
        var record = new ExitRecord(end.ExitCode, end.Signal, outOfMemory, _startedAt, Clock.Realtime());
        try
        {
            record.Write(_bundleFolder);
        }
        catch (KernelException)
        {
            // A full disk must not cost the exit code: memory keeps it until the next boot.
            record.Write(_runFolder);
        }

        if (!_cgroup.TryRemove())
        {
            _cgroup.Kill();
            CgroupRemoval.Await(_cgroup);
        }

        _runFolder.Delete(MonitorSocket.FileName);
        _runFolder.Delete(StateRecord.FileName);
        return record;
    }

    void SayEnd(ExitRecord record)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_end, record.ExitCode);
        BinaryPrimitives.WriteInt32LittleEndian(_end.AsSpan(4), record.Signal);
        _end[8] = record.OutOfMemory ? (byte)1 : (byte)0;
        _epoll.Forget(_listener);
        SendToAll(_end);
        var deadline = Clock.Monotonic() + (LastOutputDelay * 1_000_000L);
        while (!AllDrained() && Clock.Monotonic() < deadline)
        {
            ListenForSpaceOnly();
            _epoll.Wait(LastOutputDelay / 10);
            SendToAll(_end);
        }
    }
}

/// <summary>Where clients find a monitor.</summary>
static class MonitorSocket
{
    /// <summary>In the container's run folder.</summary>
    public const string FileName = "monitor.sock";
}
