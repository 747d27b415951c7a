using Microsoft.Net.Http.Headers;

namespace MiniRun.Web.Api;

/// <summary>How one resource is sent: as it is, or as a stream of JSON values.</summary>
enum StreamFormat
{
    /// <summary>Whatever the resource is without a stream.</summary>
    Plain,

    /// <summary><c>application/x-ndjson</c>: one JSON value per line.</summary>
    Lines,

    /// <summary><c>text/event-stream</c>: server-sent events.</summary>
    Events,
}

static class StreamFormats
{
    public const string LinesType = "application/x-ndjson";
    public const string EventsType = "text/event-stream";

    /// <summary>What Accept prefers; plain when it names neither stream.</summary>
    public static StreamFormat Of(HttpRequest request)
    {
        var preferred = request.GetTypedHeaders().Accept
            .OrderByDescending(static a => a.Quality ?? 1)
            .Select(static a => a.MediaType.Value)
            .FirstOrDefault(static type => type is LinesType or EventsType or "text/plain" or "application/json" or "*/*");
        return preferred switch
        {
            LinesType => StreamFormat.Lines,
            EventsType => StreamFormat.Events,
            _ => StreamFormat.Plain,
        };
    }
}
