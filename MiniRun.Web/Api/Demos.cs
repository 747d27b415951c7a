using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/demos</c>: shows with real processes what a container is made of.</summary>
static class Demos
{
    public static void Map(RouteGroupBuilder api)
    {
        var demos = api.MapGroup("/demos").WithTags("Demonstrations");
        demos.MapGet("", List).WithName("ListDemos").WithSummary("List the demonstrations of what a container is made of");
        demos.MapPost("/{name}", RunAsync)
            .WithName("RunDemo")
            .WithSummary("Give a demonstration on this host and follow it to its end")
            .WithDescription("One DemoFactResource a line, or an event each for Accept text/event-stream, as it happens. A host gives one demonstration at a time, for 30 seconds at most; it ends when the client leaves.")
            .Produces<DemoFactResource>(contentType: StreamFormats.LinesType, additionalContentTypes: StreamFormats.EventsType)
            .Produces<ProblemResource>(StatusCodes.Status404NotFound, "application/problem+json")
            .Produces<ProblemResource>(StatusCodes.Status409Conflict, "application/problem+json");
    }

    static Ok<DemoPage> List(IContainerEngine engine) =>
        TypedResults.Ok(new DemoPage([.. engine.Demos.Demos.Select(static demo => new DemoResource(demo.Name, demo.Title, demo.Purpose))]));

    static async Task RunAsync(string name, IContainerEngine engine, HttpContext context, TimeProvider time)
    {
        var format = StreamFormats.Of(context.Request) is StreamFormat.Events ? StreamFormat.Events : StreamFormat.Lines;
        using var lifetime = Streams.Lifetime(context);
        await using var run = engine.Demos.Start(name);
        await new LineStream<DemoFact>(context.Response, format, time, Json).SendAsync(run.ReadAsync(lifetime.Token), StreamFormats.LinesType, lifetime.Token);
    }

    static byte[] Json(DemoFact fact) => JsonSerializer.SerializeToUtf8Bytes(
        new DemoFactResource { Kind = fact.Kind, Text = fact.Text, Call = fact.Call, Microseconds = fact.Microseconds, Result = fact.Result },
        ApiJson.Default.DemoFactResource);
}
