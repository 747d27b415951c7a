using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Sandbox.Timeline;

namespace MiniRun.Runtime.Engine;

/// <summary>One container inside the engine. Whoever changes what runs holds <see cref="Gate"/>; the current value can be read at any time.</summary>
sealed class ContainerEntry(Container container)
{
    readonly MetricHistory _metrics = new();
    TaskCompletionSource _ended = NewEnd();

    /// <summary>One start, change of limits or removal at a time.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    public Container Container { get; set; } = container;

    /// <summary>Its cgroup while it runs.</summary>
    public ContainerCgroup? Cgroup { get; set; }

    /// <summary>Completes when the present run has ended and its status says so.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Waits for the end of the present run.</summary>
    public Task Watching { get; set; } = Task.CompletedTask;

    /// <summary>The timeline of the latest start, when that failed.</summary>
    public StartTimeline? FailedStart { get; set; }

    public MetricHistory Metrics => _metrics;

    public void BeginRun() => _ended = NewEnd();

    public void EndRun() => _ended.TrySetResult();

    static TaskCompletionSource NewEnd() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
