using System.Net;
using System.Text.Json;
using MiniRun.Runtime.Sandbox.Timeline;
using MiniRun.Web.Api.Contracts;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class TimelinesTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_is_told_call_by_call()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"told"}"""), Token);
        host.Engine.Timelines["told"] = new StartTimeline(150.5, 100, 19.5, HasStarted: false,
        [
            new TimelineStep(1, "await_parent", "await_parent(7)", StepOutcome.Done) { At = 0, Took = 19.5, Result = 1, IsWait = true },
            new TimelineStep(2, "openat", "openat(7, \"a\")", StepOutcome.Failed) { At = 19.5, Took = 80.5, Errno = "ENOENT", Register = "file" },
            new TimelineStep(3, "umask", "umask(00)", StepOutcome.NotReached),
        ]);
        var text = await client.GetStringAsync("/api/v1/containers/told/timeline", Token);
        var timeline = JsonSerializer.Deserialize(text, ApiJson.Default.TimelineResource)!;
        Assert.Equal((false, 150.5, 100.0, 19.5), (timeline.HasStarted, timeline.CloneMicroseconds, timeline.TotalMicroseconds, timeline.WaitedMicroseconds));
        Assert.Equal(
            [
                new TimelineStepResource { Step = 1, Call = "await_parent", Text = "await_parent(7)", Outcome = "done", AtMicroseconds = 0, Microseconds = 19.5, Result = 1, IsWait = true },
                new TimelineStepResource { Step = 2, Call = "openat", Text = "openat(7, \"a\")", Outcome = "failed", AtMicroseconds = 19.5, Microseconds = 80.5, Errno = "ENOENT", Register = "file" },
                new TimelineStepResource { Step = 3, Call = "umask", Text = "umask(00)", Outcome = "notReached" },
            ],
            timeline.Steps);
        Assert.Contains("""{"step":3,"call":"umask","text":"umask(00)","outcome":"notReached","isWait":false}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_never_started_has_none()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"untold"}"""), Token);
        using var refused = await client.GetAsync("/api/v1/containers/untold/timeline", Token);
        Assert.Equal("wrong-state", (await Json.ProblemAsync(refused, HttpStatusCode.Conflict)).Code);
        using var missing = await client.GetAsync("/api/v1/containers/nobody/timeline", Token);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }
}
