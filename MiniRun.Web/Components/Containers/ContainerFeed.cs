using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>All containers as one browser tab sees them: the engine's snapshot, kept up by its changes.</summary>
/// <remarks><see cref="Changed"/> is raised at most four times a second, on any thread.</remarks>
sealed class ContainerFeed(IContainerEngine engine, TimeProvider time) : IDisposable
{
    static readonly TimeSpan RenderInterval = TimeSpan.FromMilliseconds(250);

    readonly Lock _lock = new();
    readonly CancellationTokenSource _stop = new();
    readonly Dictionary<string, Container> _containers = [];
    RenderThrottle? _throttle;
    IReadOnlyList<Container>? _sorted;

    public event EventHandler? Changed;

    /// <summary>By name.</summary>
    public IReadOnlyList<Container> Containers
    {
        get
        {
            lock (_lock)
            {
                Start();
                return _sorted ??= [.. _containers.Values.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ThenBy(c => c.Id, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The container that a name or an id means, or null.</summary>
    public Container? Find(string reference) =>
        Containers.FirstOrDefault(c => c.Name == reference) ?? Containers.FirstOrDefault(c => c.Id == reference) ?? ByPrefix(reference);

    public void Dispose()
    {
        _stop.Cancel();
        _throttle?.Dispose();
        _stop.Dispose();
    }

    Container? ByPrefix(string reference)
    {
        var fitting = reference.Length >= 4 ? Containers.Where(c => c.Id.StartsWith(reference, StringComparison.Ordinal)).Take(2).ToList() : [];
        return fitting is [var only] ? only : null;
    }

    void Start()
    {
        if (_throttle is null)
        {
            _throttle = new RenderThrottle(RenderInterval, time, () => Changed?.Invoke(this, EventArgs.Empty));
            var subscription = engine.Subscribe();
            Replace(subscription.Snapshot);
            _ = FollowAsync(subscription, _stop.Token);
        }
    }

    async Task FollowAsync(ContainerSubscription subscription, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await foreach (var batch in subscription.Changes.WithCancellation(cancellationToken))
                {
                    Apply(batch);
                    _throttle?.Signal();
                }

                // The engine lets go of a subscriber that fell behind: a new snapshot makes up for what was missed.
                await Task.Delay(RenderInterval, time, cancellationToken);
                subscription = engine.Subscribe();
                lock (_lock)
                {
                    Replace(subscription.Snapshot);
                }

                _throttle?.Signal();
            }
        }
        catch (OperationCanceledException)
        {
            // The tab was closed.
        }
    }

    void Replace(IReadOnlyList<Container> snapshot)
    {
        _containers.Clear();
        foreach (var container in snapshot)
        {
            _containers[container.Id] = container;
        }

        _sorted = null;
    }

    void Apply(IReadOnlyList<ContainerChange> batch)
    {
        lock (_lock)
        {
            foreach (var (id, container) in batch)
            {
                if (container is null)
                {
                    _containers.Remove(id);
                }
                else
                {
                    _containers[id] = container;
                }
            }

            _sorted = null;
        }
    }
}
