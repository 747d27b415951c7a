using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Engine;

public sealed partial class ContainerEngine
{
    static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    public MetricSample? LatestMetrics(string reference) => _table.Find(reference).Metrics.Latest;

    public IReadOnlyList<MetricSample> RecentMetrics(string reference) => _table.Find(reference).Metrics.All;

    public IReadOnlyList<ContainerProcessInfo> ReadProcesses(string reference)
    {
        var entry = _table.Find(reference);
        return entry.Container.Status.IsAlive && entry.Cgroup is { } cgroup
            ? ContainerProcesses.Read(cgroup)
            : throw new EngineException(EngineError.WrongState, $"{entry.Container.Name} does not run, so it has no processes; start it first.");
    }

    public IAsyncEnumerable<IReadOnlyList<ContainerMetrics>> WatchMetricsAsync(CancellationToken cancellationToken) => _metrics.WatchAsync(cancellationToken);

    async Task SampleAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SampleInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var now = _time.GetUtcNow();
                var batch = new List<ContainerMetrics>();
                foreach (var entry in _table.Entries)
                {
                    if (Sample(entry, now) is { } sample)
                    {
                        batch.Add(new ContainerMetrics(entry.Container.Id, sample));
                    }
                }

                _metrics.Publish(batch);
            }
        }
        catch (OperationCanceledException)
        {
            // The engine is closing.
        }
    }

    MetricSample? Sample(ContainerEntry entry, DateTimeOffset now)
    {
        if (!entry.Container.Status.IsAlive || entry.Cgroup is not { } cgroup)
        {
            return null;
        }

        try
        {
            return cgroup.ReadUsage() is { } usage ? entry.Metrics.Add(now, usage, entry.Container.Definition.Limits) : null;
        }
        catch (KernelException e)
        {
            // One container's cgroup must not end the sampling of all.
            EngineLog.MetricsFailed(_logger, e, entry.Container.Name);
            return null;
        }
    }
}
