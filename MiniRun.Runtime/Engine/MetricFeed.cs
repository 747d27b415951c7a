using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MiniRun.Runtime.Engine;

/// <summary>Hands each batch of samples to every watcher; one that is behind loses the older batch, and delays nobody.</summary>
sealed class MetricFeed
{
    const int Capacity = 2;

    readonly ConcurrentDictionary<Channel<IReadOnlyList<ContainerMetrics>>, byte> _watchers = new();

    public void Publish(IReadOnlyList<ContainerMetrics> batch)
    {
        foreach (var watcher in _watchers.Keys)
        {
            watcher.Writer.TryWrite(batch);
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<ContainerMetrics>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<IReadOnlyList<ContainerMetrics>>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers.TryAdd(channel, 0);
        try
        {
            await foreach (var batch in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return batch;
            }
        }
        finally
        {
            _watchers.TryRemove(channel, out _);
        }
    }
}
