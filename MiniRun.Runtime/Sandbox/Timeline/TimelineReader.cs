using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Timeline;

/// <summary>Reads the timeline of a start from the memory that its processes shared.</summary>
static unsafe class TimelineReader
{
    /// <summary>The timeline that a start has left in a folder.</summary>
    /// <returns>Null when there is none, or it was left by a version that this one does not understand.</returns>
    public static StartTimeline? Read(Folder folder)
    {
        using var memory = LaunchMemory.Open(folder);
        return memory is null ? null : Read(new LaunchPlan(memory));
    }

    /// <summary>The timeline of a plan that was launched.</summary>
    public static StartTimeline Read(LaunchPlan plan)
    {
        var header = plan.Memory.Header;
        var hasStarted = header->HasExecuted(plan.Memory.Records);
        var current = CurrentStep(plan, hasStarted);
        var steps = new List<TimelineStep>(plan.Count);
        var (clock, waited) = (header->ClonedAt, 0L);
        for (var i = 0; i < plan.Count; i++)
        {
            var record = plan.Memory.Records[i];
            var step = Describe(plan, i) with { At = Microseconds(clock - header->ClonedAt) };
            if (record.FinishedAt != 0)
            {
                waited += step.IsWait ? record.FinishedAt - clock : 0;
                steps.Add(Finished(step, record, hasFailed: i == header->FailedStep) with { Took = Microseconds(record.FinishedAt - clock) });
                clock = record.FinishedAt;
            }
            else if (i != current)
            {
                steps.Add(step with { Outcome = i < current ? StepOutcome.LeftOut : StepOutcome.NotReached, At = null });
            }
            else if (hasStarted && header->StartedAt >= clock)
            {
                // An execve that succeeds does not come back: its end is what the parent saw.
                steps.Add(step with { Outcome = StepOutcome.Done, Took = Microseconds(header->StartedAt - clock) });
                clock = header->StartedAt;
            }
            else
            {
                steps.Add(step with { Outcome = hasStarted ? StepOutcome.Done : StepOutcome.Unfinished });
            }
        }

        return new StartTimeline(
            Microseconds(header->CloneDuration), Microseconds(clock - header->ClonedAt), Microseconds(waited), hasStarted, steps);
    }

    /// <summary>The step that the process is in, or that replaced its program; none when the start has failed.</summary>
    static int CurrentStep(LaunchPlan plan, bool hasStarted)
    {
        var header = plan.Memory.Header;
        if (header->FailedStep >= 0)
        {
            return header->FailedStep;
        }

        if (hasStarted)
        {
            // Of several candidates for the program those before it were not there.
            return LastFinished(plan, from: header->ExecuteStep - 1) + 1;
        }

        var last = LastFinished(plan, from: -1);
        return last < 0 ? 0 : last + 1 + Skipped(plan, last);
    }

    static int LastFinished(LaunchPlan plan, int from)
    {
        var last = from;
        for (var i = Math.Max(from, 0); i < plan.Count; i++)
        {
            if (plan.Memory.Records[i].FinishedAt != 0)
            {
                last = i;
            }
        }

        return last;
    }

    static int Skipped(LaunchPlan plan, int index) =>
        plan.Memory.Records[index].Result >= 0 ? plan[index].SkipOnSuccess : plan[index].SkipOnTolerated;

    static TimelineStep Describe(LaunchPlan plan, int index)
    {
        var step = plan[index];
        var call = PlanPrinter.Call(plan, index);
        return new TimelineStep(index + 1, call.Name, call.Text, StepOutcome.Done)
        {
            Register = step.Result >= 0 ? plan.Register(step.Result) : null,
            IsWait = step.Number == ControlStep.AwaitParent,
        };
    }

    static TimelineStep Finished(TimelineStep step, StepRecord record, bool hasFailed) => record.Result >= 0
        ? step with { Result = record.Result }
        : step with { Outcome = hasFailed ? StepOutcome.Failed : StepOutcome.Tolerated, Errno = ((Errno)(int)-record.Result).Name() };

    static double Microseconds(long nanoseconds) => Math.Round(nanoseconds / 1000.0, 1);
}
