namespace MiniRun.Runtime.Engine;

/// <summary>What can be known of a file that a monitor writes.</summary>
enum RecordFact
{
    Absent,
    Valid,
    Damaged,
}

/// <summary>What files and kernel say about a container that the engine has no memory of.</summary>
/// <param name="Started">The engine noted a start, and nothing undid it.</param>
/// <param name="Exit">The exit record.</param>
/// <param name="State">The state record.</param>
/// <param name="ProcessAlive">The process of the state record lives, by pid, start time and boot.</param>
/// <param name="MonitorAlive">Somebody answers at the monitor's socket.</param>
readonly record struct ContainerFacts(bool Started, RecordFact Exit, RecordFact State, bool ProcessAlive, bool MonitorAlive);

/// <summary>What a container is, by its facts.</summary>
enum Finding
{
    /// <summary>It never ran.</summary>
    Created,

    /// <summary>It runs, or is about to, and its monitor will say how it ends.</summary>
    Running,

    /// <summary>It runs, but nobody reads its output, and its exit code will be lost.</summary>
    Unwatched,

    /// <summary>It ended, and the record says how.</summary>
    Exited,

    /// <summary>It ended, and nobody knows how.</summary>
    Lost,

    /// <summary>The facts contradict each other.</summary>
    Broken,
}

/// <summary>The decision table of a restart: total, so that nothing that a crash can leave behind is a surprise.</summary>
static class Recovery
{
    public static Finding Decide(ContainerFacts facts) => facts switch
    {
        // Whoever answers at the socket knows best: it is starting, running or just ending.
        { MonitorAlive: true } => Finding.Running,
        { ProcessAlive: true, Exit: RecordFact.Valid } => Finding.Broken,
        { ProcessAlive: true } => Finding.Unwatched,
        { Exit: RecordFact.Valid } => Finding.Exited,
        { Exit: RecordFact.Damaged } => Finding.Broken,
        { State: RecordFact.Damaged } => Finding.Broken,
        { State: RecordFact.Valid } => Finding.Lost,
        { Started: true } => Finding.Lost,
        _ => Finding.Created,
    };
}
