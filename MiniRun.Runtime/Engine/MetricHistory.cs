using MiniRun.Runtime.Cgroups;

namespace MiniRun.Runtime.Engine;

/// <summary>The last ten minutes of a container's samples.</summary>
sealed class MetricHistory
{
    const int Capacity = 600;

    readonly Lock _lock = new();
    readonly Queue<MetricSample> _samples = new(Capacity);
    MetricSample? _latest;

    public MetricSample? Latest
    {
        get
        {
            lock (_lock)
            {
                return _latest;
            }
        }
    }

    public IReadOnlyList<MetricSample> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _samples];
            }
        }
    }

    /// <summary>Adds what the cgroup counts now; the CPU rate comes from the sample before.</summary>
    public MetricSample Add(DateTimeOffset time, CgroupUsage usage, ContainerLimits limits)
    {
        lock (_lock)
        {
            var cpuTime = TimeSpan.FromTicks(usage.CpuNanoseconds / 100);
            var passed = _latest is null ? TimeSpan.Zero : time - _latest.Time;
            var cpus = passed > TimeSpan.Zero ? Math.Max((cpuTime - _latest!.CpuTime) / passed, 0) : 0;
            _latest = new MetricSample(time, cpus, cpuTime, usage.MemoryBytes, usage.Pids, limits);
            if (_samples.Count == Capacity)
            {
                _samples.Dequeue();
            }

            _samples.Enqueue(_latest);
            return _latest;
        }
    }

    /// <summary>The run is over: there is no newest sample, but the past stays.</summary>
    public void EndRun()
    {
        lock (_lock)
        {
            _latest = null;
        }
    }
}
