namespace MiniRun.Web.Api.Contracts;

/// <summary>What a container's first process did until its program ran.</summary>
public sealed record TimelineResource
{
    /// <summary>Whether the program was started.</summary>
    public required bool HasStarted { get; init; }

    /// <summary>How long clone3(2) took the parent.</summary>
    public required double CloneMicroseconds { get; init; }

    /// <summary>From the clone to the program, or to the step that failed.</summary>
    public required double TotalMicroseconds { get; init; }

    /// <summary>How much of it the process waited for others.</summary>
    public required double WaitedMicroseconds { get; init; }

    public required IReadOnlyList<TimelineStepResource> Steps { get; init; }
}

/// <summary>One system call of a start.</summary>
public sealed record TimelineStepResource
{
    /// <summary>Its place in the plan, from 1.</summary>
    public required int Step { get; init; }

    public required string Call { get; init; }

    /// <summary>The call with its arguments in words.</summary>
    public required string Text { get; init; }

    /// <summary>done, tolerated, leftOut, failed, unfinished or notReached.</summary>
    public required string Outcome { get; init; }

    /// <summary>The name under which later steps use the result.</summary>
    public string? Register { get; init; }

    /// <summary>When it began, after the clone.</summary>
    public double? AtMicroseconds { get; init; }

    /// <summary>How long it took.</summary>
    public double? Microseconds { get; init; }

    public long? Result { get; init; }

    /// <summary>The symbol of its error.</summary>
    public string? Errno { get; init; }

    /// <summary>Whether it does nothing but wait for another process.</summary>
    public bool IsWait { get; init; }
}
