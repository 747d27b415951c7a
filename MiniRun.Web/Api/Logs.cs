using System.Text;
using System.Text.Json;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/containers/{id}/logs</c>: what a container wrote.</summary>
static class Logs
{
    public const int MaxTail = 100_000;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/containers/{id}/logs", ReadAsync)
        .WithTags("Output")
        .WithName("ReadLogs")
        .WithSummary("Read a container's output; follow=true goes on until it ends")
        .WithDescription("Plain text by default; Accept application/x-ndjson or text/event-stream gives one LogLineResource per line or event. A line whose partial is true goes on in its stream's next one.")
        .Produces<string>(contentType: "text/plain")
        .Produces<LogLineResource>(contentType: StreamFormats.LinesType, additionalContentTypes: StreamFormats.EventsType);

    static async Task ReadAsync(
        string id, string? tail, string? since, string? follow, IContainerEngine engine, HttpContext context, TimeProvider time)
    {
        var query = new LogQuery(
            QueryValues.Integer(tail, "tail", 0, MaxTail), QueryValues.Time(since, "since"), QueryValues.Flag(follow, "follow"));
        // Asked now, because a sequence throws only when it is read, after the status has left.
        var container = engine.Get(id);
        var format = StreamFormats.Of(context.Request);
        using var lifetime = Streams.Lifetime(context);
        var stream = new LineStream<LogLine>(context.Response, format, time, format is StreamFormat.Plain ? Text : Json);
        await stream.SendAsync(engine.ReadLogAsync(container.Id, query, lifetime.Token), "text/plain; charset=utf-8", lifetime.Token);
    }

    /// <summary>A piece stays open: its stream's next one goes on where it ends.</summary>
    static byte[] Text(LogLine line) => Encoding.UTF8.GetBytes(line.Partial ? line.Text : line.Text + "\n");

    static byte[] Json(LogLine line) => JsonSerializer.SerializeToUtf8Bytes(line.ToResource(), ApiJson.Default.LogLineResource);
}
