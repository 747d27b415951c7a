using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/containers/{id}/stats</c>: what a running container uses.</summary>
static class Stats
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static void Map(RouteGroupBuilder api)
    {
        var stats = api.MapGroup("/containers/{id}/stats").WithTags("Stats");
        stats.MapGet("/", ReadAsync).WithName("ReadStats").WithSummary("Read what a running container uses")
            .WithDescription("Accept application/x-ndjson or text/event-stream gives one StatsResource a second until the container ends.")
            .Produces<StatsResource>()
            .Produces<StatsResource>(contentType: StreamFormats.LinesType, additionalContentTypes: StreamFormats.EventsType);
        stats.MapGet("/history", History).WithName("ReadStatsHistory").WithSummary("Read the samples of the last ten minutes");
    }

    static async Task ReadAsync(string id, IContainerEngine engine, HttpContext context, TimeProvider time)
    {
        var container = engine.Get(id);
        var sample = engine.LatestMetrics(container.Id) ?? throw new EngineException(
            EngineError.WrongState, $"{container.Name} does not run, so it uses nothing; start it first.");
        var format = StreamFormats.Of(context.Request);
        if (format is StreamFormat.Plain)
        {
            await context.Response.WriteAsJsonAsync(sample.ToResource(), ApiJson.Default.StatsResource, cancellationToken: context.RequestAborted);
            return;
        }

        using var lifetime = Streams.Lifetime(context);
        var stream = new LineStream<MetricSample>(
            context.Response, format, time, static s => JsonSerializer.SerializeToUtf8Bytes(s.ToResource(), ApiJson.Default.StatsResource));
        await stream.SendAsync(WatchAsync(engine, container.Id, sample, time, lifetime.Token), StreamFormats.LinesType, lifetime.Token);
    }

    static Ok<StatsHistory> History(string id, IContainerEngine engine) =>
        TypedResults.Ok(new StatsHistory([.. engine.RecentMetrics(id).Select(ContainerMapping.ToResource)]));

    /// <summary>Asks once a second instead of subscribing: so the end of the container is the end of the stream.</summary>
    static async IAsyncEnumerable<MetricSample> WatchAsync(
        IContainerEngine engine, string id, MetricSample first, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        for (var (last, next) = ((MetricSample?)null, (MetricSample?)first); next is not null; next = Latest(engine, id))
        {
            if (next.Time != last?.Time)
            {
                yield return next;
                last = next;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Null also when the container was deleted meanwhile.</summary>
    static MetricSample? Latest(IContainerEngine engine, string id) =>
        engine.List().Any(c => c.Id == id) ? engine.LatestMetrics(id) : null;
}
