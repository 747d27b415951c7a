using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Demos;

/// <summary>A launch plan some of whose steps are told once they are done: in the words of the plan, with the times and results
/// that the child itself left.</summary>
sealed class ToldPlan : IDisposable
{
    readonly List<(int Step, string Text)> _told = [];
    readonly LaunchMemory _memory = LaunchMemory.Create();
    LaunchPlan? _plan;
    int _next;

    public ToldPlan() => Steps = new PlanBuilder(_memory);

    public PlanBuilder Steps { get; }

    /// <summary>The step just written shall be told.</summary>
    public void Tell(string text) => _told.Add((Steps.Count - 1, text));

    /// <summary>What every child begins with: it ends with its parent, and signals do to it what they usually do.</summary>
    public void Begin()
    {
        Steps.SetParentDeathSignal(Signals.Kill);
        foreach (var signal in (ReadOnlySpan<int>)[Signals.HangUp, Signals.Interrupt, Signals.Terminate, Signals.Pipe])
        {
            Steps.ResetSignal(signal);
        }

        Steps.UnblockSignals();
    }

    /// <summary>The finished plan; nothing can be added any more.</summary>
    public LaunchPlan Plan => _plan ??= Steps.Build();

    /// <summary>Tells the steps that the child has done since the last time.</summary>
    public void TellDone(Narrator narrator, BareProcess process)
    {
        for (; _next < _told.Count && process.Outcome(_told[_next].Step) is { } outcome; _next++)
        {
            var (step, text) = _told[_next];
            narrator.Call(PlanPrinter.Call(Plan, step).Text, text, outcome.Nanoseconds, outcome.Result);
        }
    }

    public void Dispose() => _memory.Dispose();
}
