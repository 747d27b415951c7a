using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MiniRun.Runtime.Engine;

/// <summary>Tells subscribers what changed: at most ten batches a second each, with the newest state of every container that changed.</summary>
sealed class ChangeFeed(TimeProvider time)
{
    static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(100);

    readonly Lock _lock = new();
    readonly HashSet<Subscriber> _subscribers = [];

    /// <param name="snapshot">Read under the same lock as the subscription begins, so that no change falls between them.</param>
    public ContainerSubscription Subscribe(Func<IReadOnlyList<Container>> snapshot)
    {
        var subscriber = new Subscriber();
        lock (_lock)
        {
            _subscribers.Add(subscriber);
            return new ContainerSubscription(snapshot(), ReadAsync(subscriber));
        }
    }

    public void Publish(ContainerChange change)
    {
        lock (_lock)
        {
            foreach (var subscriber in _subscribers)
            {
                subscriber.Pending[change.Id] = change;
                subscriber.Signal.Writer.TryWrite(0);
            }
        }
    }

    async IAsyncEnumerable<IReadOnlyList<ContainerChange>> ReadAsync(Subscriber subscriber, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            while (await subscriber.Signal.Reader.WaitToReadAsync(cancellationToken))
            {
                IReadOnlyList<ContainerChange> batch;
                lock (_lock)
                {
                    subscriber.Signal.Reader.TryRead(out _);
                    batch = [.. subscriber.Pending.Values];
                    subscriber.Pending.Clear();
                }

                yield return batch;
                await Task.Delay(BatchInterval, time, cancellationToken);
            }
        }
        finally
        {
            lock (_lock)
            {
                _subscribers.Remove(subscriber);
            }
        }
    }

    /// <summary>Bounded by the number of containers: a newer state replaces an older one.</summary>
    sealed class Subscriber
    {
        public Dictionary<string, ContainerChange> Pending { get; } = [];

        public Channel<byte> Signal { get; } = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    }
}
