using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Engine;

/// <summary>One demonstration in a process of its own, a child of this one in a session of its own.</summary>
sealed class DemoRun : IDemoRun
{
    readonly int _pid;
    readonly SafeFileHandle _pidFd;
    readonly SafeFileHandle _output;
    readonly CgroupLayout _layout;
    readonly TimeSpan _limit;
    readonly ITimer _timer;
    readonly Action _released;
    readonly Channel<DemoFact> _facts = Channel.CreateUnbounded<DemoFact>();
    readonly Task<ProcessEnd> _reading;
    /// <summary>Between the reaping and a signal: the number may belong to somebody else afterwards.</summary>
    readonly Lock _ending = new();
    bool _reaped;
    bool _tooLong;

    /// <param name="output">What the process writes: a JSON object a line.</param>
    /// <param name="released">Called once nothing of it is left.</param>
    public DemoRun(int pid, SafeFileHandle output, CgroupLayout layout, TimeProvider time, TimeSpan limit, Action released)
    {
        (_pid, _output, _layout, _limit, _released) = (pid, output, layout, limit, released);
        _pidFd = Processes.OpenPidFd(pid);
        // On a thread of its own: reading a pipe waits.
        _reading = Task.Run(Read);
        _timer = time.CreateTimer(_ => Expire(), null, limit, Timeout.InfiniteTimeSpan);
    }

    public async IAsyncEnumerable<DemoFact> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var failed = false;
        await foreach (var fact in _facts.Reader.ReadAllAsync(cancellationToken))
        {
            failed = fact.Kind == FactKind.Error;
            yield return fact;
        }

        var end = await _reading;
        if (_tooLong)
        {
            yield return Error($"The demonstration took longer than {_limit.TotalSeconds:0} s and was ended.");
        }
        else if (end.ExitCode != 0 && !failed)
        {
            yield return Error($"The demonstration ended early ({(end.Signal > 0 ? Signals.Name(end.Signal) : $"exit code {end.ExitCode}")}); the kernel's log may say why.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        Kill();
        await _reading;
        // A process that was killed could not clean up.
        await Task.Run(() => DemoCgroup.Remove(_layout, DemoCgroup.PathOf(_pid)));
        _pidFd.Dispose();
        _output.Dispose();
        _released();
    }

    void Expire()
    {
        _tooLong = true;
        Kill();
    }

    /// <summary>Its children are in its process group, or in a pid namespace whose first process is.</summary>
    void Kill()
    {
        lock (_ending)
        {
            if (!_reaped)
            {
                Processes.SignalGroup(_pid, Signals.Kill);
            }
        }
    }

    ProcessEnd Read()
    {
        var line = new List<byte>();
        var buffer = new byte[4096];
        for (var count = Files.Read(_output, buffer); count > 0; count = Files.Read(_output, buffer))
        {
            foreach (var character in buffer.AsSpan(0, count))
            {
                if (character != (byte)'\n')
                {
                    line.Add(character);
                    continue;
                }

                _facts.Writer.TryWrite(Understand([.. line]));
                line.Clear();
            }
        }

        _facts.Writer.Complete();
        Processes.AwaitEnd(_pidFd);
        lock (_ending)
        {
            _reaped = true;
            return Processes.Reap(_pidFd, wait: true)!.Value;
        }
    }

    static DemoFact Understand(byte[] line)
    {
        try
        {
            var fact = FlatObject.Read(line);
            return new DemoFact(
                fact.Text("kind"),
                fact.Text("text"),
                fact.Has("call") ? fact.Text("call") : null,
                fact.Has("microseconds") ? fact.Number("microseconds") : null,
                fact.Has("result") ? fact.Text("result") : null);
        }
        catch (SpecException e)
        {
            return Error($"The demonstration said something that cannot be understood: {e.Message}");
        }
    }

    static DemoFact Error(string text) => new(FactKind.Error, text);
}
