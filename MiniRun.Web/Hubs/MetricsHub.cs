using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hubs;

/// <summary><c>/hubs/metrics</c>: live samples for the charts, once a second.</summary>
sealed class MetricsHub(IContainerEngine engine) : Hub
{
    /// <summary>One batch a second: every running container, or only the one named.</summary>
    /// <param name="container">Name, id or prefix; null means all.</param>
    public IAsyncEnumerable<IReadOnlyList<MetricFrame>> Watch(string? container, CancellationToken cancellationToken) =>
        // Looked up before the stream begins, so that an unknown name fails the call and not the stream.
        Frames(engine.WatchMetricsAsync(cancellationToken), container is null ? null : engine.Get(container).Id, cancellationToken);

    /// <summary>The samples of the last ten minutes at most, oldest first.</summary>
    public Task<IReadOnlyList<MetricFrame>> Recent(string container)
    {
        var id = engine.Get(container).Id;
        // An array: MessagePack writes what it gets, and the compiler's own read-only lists are not public.
        MetricFrame[] frames = [.. engine.RecentMetrics(id).Select(s => MetricFrame.Of(id, s))];
        return Task.FromResult<IReadOnlyList<MetricFrame>>(frames);
    }

    static async IAsyncEnumerable<IReadOnlyList<MetricFrame>> Frames(
        IAsyncEnumerable<IReadOnlyList<ContainerMetrics>> batches, string? id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in batches.WithCancellation(cancellationToken))
        {
            MetricFrame[] frames = [.. batch.Where(m => id is null || m.Id == id).Select(static m => MetricFrame.Of(m.Id, m.Sample))];
            if (frames.Length > 0)
            {
                yield return frames;
            }
        }
    }
}
