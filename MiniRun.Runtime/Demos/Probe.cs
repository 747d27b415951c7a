using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Demos;

/// <summary>A process that makes the system calls it is asked for, one at a time, and answers what came of them. It is this
/// program again, started by execve: a fresh copy may do what the child of a clone may not.</summary>
sealed class Probe : IDisposable
{
    /// <summary>The probe's ends of its own line and of the line that it passes on. High, so that they are nobody else's.</summary>
    const int OwnDescriptor = 100;
    const int SpareDescriptor = 101;

    readonly ToldPlan _plan;
    readonly SafeFileHandle _sync;
    readonly ProbeLine _line;

    Probe(ToldPlan plan, BareProcess process, SafeFileHandle sync, SafeFileHandle spare)
    {
        (_plan, Process, _sync) = (plan, process, sync);
        _line = new ProbeLine(sync);
        Second = new ProbeLine(spare);
    }

    public BareProcess Process { get; }

    public int Pid => Process.Pid;

    /// <summary>To the process that the probe makes when it is asked to.</summary>
    public ProbeLine Second { get; }

    /// <summary>Clones a process that does what the plan says and then waits for <see cref="Release"/>.</summary>
    /// <param name="prepare">Adds steps before the wait; they may fail, and then the probe does.</param>
    public static Probe Start(ulong namespaces, Action<ToldPlan>? prepare = null)
    {
        var (parent, child) = UnixSocket.Pair();
        var (spareParent, spareChild) = UnixSocket.Pair();
        using (child)
        using (spareChild)
        {
            var plan = new ToldPlan();
            try
            {
                // Its own copy of this end would keep the line open when this process ends.
                plan.Steps.Close(Files.Number(parent));
                plan.Begin();
                prepare?.Invoke(plan);
                plan.Steps.AwaitParent(Files.Number(child));
                plan.Steps.CloseOnExecFrom(3);
                plan.Steps.Duplicate(Files.Number(child), OwnDescriptor);
                plan.Steps.Duplicate(Files.Number(spareChild), SpareDescriptor);
                plan.Steps.Execute([ProbeLoop.Program], ProbeLoop.Arguments(OwnDescriptor, SpareDescriptor), []);
                return new Probe(plan, BareProcess.Clone(plan.Plan, namespaces), parent, spareParent);
            }
            catch
            {
                plan.Dispose();
                parent.Dispose();
                spareParent.Dispose();
                throw;
            }
        }
    }

    /// <summary>Tells the clone.</summary>
    public void TellClone(Narrator narrator, string text) =>
        narrator.Call(Process.Call, text, Process.ClonedAt - Process.StartedAt, Process.Pid);

    /// <summary>Lets the probe become this program, and returns when it answers.</summary>
    /// <exception cref="LaunchException">A step of its plan failed.</exception>
    public void Release(Narrator narrator)
    {
        Files.Write(_sync, [1]);
        _ = _line.TryAsk("getpid") ?? throw Process.Failure() ?? (Exception)new DemoException("The process ended before it could start; the kernel's log may say why.");
        _plan.TellDone(narrator, Process);
    }

    /// <summary>Asks for a call whose outcome is the point, whatever it is.</summary>
    /// <exception cref="DemoException">The probe is gone.</exception>
    public ProbeAnswer Ask(string request) => _line.Ask(request);

    /// <summary>Asks for a call that may be the probe's end; null when it was.</summary>
    public ProbeAnswer? TryAsk(string request) => _line.TryAsk(request);

    /// <summary>Asks for a call and tells it.</summary>
    /// <exception cref="DemoException">The call failed, and what follows would make no sense.</exception>
    public void Tell(Narrator narrator, string request, string call, string text)
    {
        var answer = _line.Ask(request);
        narrator.Call(call, text, answer.Nanoseconds, answer.Result);
        if (answer.Result < 0)
        {
            throw new DemoException($"{call} failed with {Narrator.Show(answer.Result)} ({((Errno)(-answer.Result)).Describe()}): this host does not allow what the demonstration needs.");
        }
    }

    /// <summary>Where a link of /proc about this process leads, seen from the host.</summary>
    public string Link(string name) => Files.ReadLink(Entry(name));

    /// <summary>A file of /proc about this process.</summary>
    public string Entry(string name) => string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/{name}");

    public void Dispose()
    {
        Process.Dispose();
        _plan.Dispose();
        _line.Dispose();
        Second.Dispose();
    }
}
