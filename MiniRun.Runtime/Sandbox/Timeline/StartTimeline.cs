namespace MiniRun.Runtime.Sandbox.Timeline;

/// <summary>What a container did between the clone of its first process and the start of its program, step by step.</summary>
/// <param name="Cloning">How long clone3(2) took its parent, in microseconds; it is the beginning of the timeline.</param>
/// <param name="Total">From the beginning to the start of the program, to the step that failed, or to where it is now, in microseconds.</param>
/// <param name="Waited">How much of that it waited: for its parent, which writes the plan, makes cgroups and runs hooks, and for <c>start</c>.</param>
/// <param name="HasStarted">Whether its program was started.</param>
/// <param name="Steps">All steps of the plan, in their order.</param>
public sealed record StartTimeline(double Cloning, double Total, double Waited, bool HasStarted, IReadOnlyList<TimelineStep> Steps);

/// <summary>One system call of a start.</summary>
/// <param name="Number">Its place in the plan, from 1.</param>
/// <param name="Call">The system call's name; for work of several calls, the name that the plan gives it.</param>
/// <param name="Text">The call with its arguments in words; of an environment only the names.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record TimelineStep(int Number, string Call, string Text, StepOutcome Outcome)
{
    /// <summary>The name under which later steps use its result, such as a descriptor; null when none does.</summary>
    public string? Register { get; init; }

    /// <summary>When it began, in microseconds after the beginning; null unless it was reached.</summary>
    public double? At { get; init; }

    /// <summary>How long it took, in microseconds; null unless it ended.</summary>
    public double? Took { get; init; }

    /// <summary>What the call returned when it succeeded.</summary>
    public long? Result { get; init; }

    /// <summary>The symbol of its error, such as ENOENT.</summary>
    public string? Errno { get; init; }

    /// <summary>Whether it does nothing but wait for another process.</summary>
    public bool IsWait { get; init; }
}

/// <summary>What came of a step.</summary>
public enum StepOutcome
{
    /// <summary>It succeeded.</summary>
    Done,

    /// <summary>It failed with an error that the plan allows for.</summary>
    Tolerated,

    /// <summary>It was not needed after what came before.</summary>
    LeftOut,

    /// <summary>It is what ended the start.</summary>
    Failed,

    /// <summary>The process is in it, or was killed in it.</summary>
    Unfinished,

    /// <summary>The start did not get so far.</summary>
    NotReached,
}

/// <summary>Outcomes for people and programs.</summary>
public static class StepOutcomes
{
    /// <summary>The outcome as JSON has it, such as "leftOut".</summary>
    public static string InWords(this StepOutcome outcome) => outcome switch
    {
        StepOutcome.Done => "done",
        StepOutcome.Tolerated => "tolerated",
        StepOutcome.LeftOut => "leftOut",
        StepOutcome.Failed => "failed",
        StepOutcome.Unfinished => "unfinished",
        _ => "notReached",
    };
}
