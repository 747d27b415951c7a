using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Sandbox.Timeline;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/containers/{id}/timeline</c>: how the latest start went, call by call.</summary>
static class Timelines
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/containers/{id}/timeline", Read)
        .WithTags("Containers")
        .WithName("ReadTimeline")
        .WithSummary("Read the system calls of a container's latest start with their times and results")
        .WithDescription("Also of a start that failed: its failed step has the outcome \"failed\" and an errno.")
        .Produces<ProblemResource>(StatusCodes.Status409Conflict, "application/problem+json");

    static Ok<TimelineResource> Read(string id, IContainerEngine engine)
    {
        var timeline = engine.ReadTimeline(id);
        return TypedResults.Ok(new TimelineResource
        {
            HasStarted = timeline.HasStarted,
            CloneMicroseconds = timeline.Cloning,
            TotalMicroseconds = timeline.Total,
            WaitedMicroseconds = timeline.Waited,
            Steps = [.. timeline.Steps.Select(ToResource)],
        });
    }

    static TimelineStepResource ToResource(TimelineStep step) => new()
    {
        Step = step.Number,
        Call = step.Call,
        Text = step.Text,
        Outcome = step.Outcome.InWords(),
        Register = step.Register,
        AtMicroseconds = step.At,
        Microseconds = step.Took,
        Result = step.Result,
        Errno = step.Errno,
        IsWait = step.IsWait,
    };
}
