using System.Net;
using MiniRun.Runtime.Demos;
using MiniRun.Web.Tests.Engine;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class DemosTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    FakeDemoRunner Runner => host.Engine.DemoRunner;

    [Theory]
    [InlineData("/api/v1/demos")]
    [InlineData("/demos")]
    public async Task Demonstrations_are_listed_in_the_order_of_learning(string path)
    {
        using var client = host.WithToken();
        using var response = await client.GetAsync(path, Token);
        var items = (await Json.ReadAsync(response)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["fork-and-clone", "pid-namespace", "chroot", "cgroup"], items.Select(i => i.GetProperty("name").GetString()!));
        Assert.All(items, i => Assert.EndsWith(".", i.GetProperty("purpose").GetString(), StringComparison.Ordinal));
        Assert.All(items, i => Assert.NotEmpty(i.GetProperty("title").GetString()!));
    }

    [Fact]
    public async Task Facts_leave_as_they_happen_in_their_order()
    {
        using var client = host.WithToken();
        var sending = client.SendAsync(Post("chroot"), HttpCompletionOption.ResponseHeadersRead, Token);
        await Wait.UntilAsync(() => Runner.Running == "chroot");
        var facts = Runner.Facts.Writer;
        facts.TryWrite(new DemoFact(FactKind.Call, "Locked in.", "chroot(\"/tmp\")", 17, "0"));
        using var response = await sending;
        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Token));
        Assert.Equal("""{"kind":"call","text":"Locked in.","call":"chroot(\u0022/tmp\u0022)","microseconds":17,"result":"0"}""", await lines.ReadLineAsync(Token));
        facts.TryWrite(new DemoFact(FactKind.Change, "It is out."));
        Assert.Equal("""{"kind":"change","text":"It is out."}""", await lines.ReadLineAsync(Token));
        facts.Complete();
        Assert.Null(await lines.ReadLineAsync(Token));
        Assert.Null(Runner.Running);
    }

    [Fact]
    public async Task Browsers_may_have_events()
    {
        using var client = host.WithToken();
        using var request = Post("cgroup");
        request.Headers.Add("Accept", "text/event-stream");
        var sending = client.SendAsync(request, Token);
        await Wait.UntilAsync(() => Runner.Running is not null);
        Runner.Facts.Writer.TryWrite(new DemoFact(FactKind.Say, "First."));
        Runner.Facts.Writer.Complete();
        using var response = await sending;
        Assert.Equal("data: {\"kind\":\"say\",\"text\":\"First.\"}\n\n", await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_the_names()
    {
        using var client = host.WithToken();
        using var response = await client.SendAsync(Post("magic"), Token);
        var problem = await Json.ProblemAsync(response, HttpStatusCode.NotFound);
        Assert.Equal("No demonstration is named \"magic\"; there are fork-and-clone, pid-namespace, chroot, cgroup.", problem.Detail);
    }

    [Fact]
    public async Task A_second_one_is_refused_and_a_client_that_leaves_ends_the_first()
    {
        using var client = host.WithToken();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = client.SendAsync(Post("pid-namespace"), leaving.Token);
        await Wait.UntilAsync(() => Runner.Running is not null);
        using (var second = await client.SendAsync(Post("chroot"), Token))
        {
            var problem = await Json.ProblemAsync(second, HttpStatusCode.Conflict);
            Assert.Equal("busy", problem.Code);
            Assert.Contains("pid-namespace runs", problem.Detail, StringComparison.Ordinal);
        }

        var ended = Runner.Ended;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Wait.UntilAsync(() => Runner.Ended == ended + 1);
        Assert.Null(Runner.Running);
    }

    [Fact]
    public async Task Whoever_may_act_on_this_host_may_run_one()
    {
        using (var stranger = host.Anonymous())
        {
            using var refused = await stranger.SendAsync(Post("chroot"), Token);
            await Json.ProblemAsync(refused, HttpStatusCode.Unauthorized);
            using var unlisted = await stranger.GetAsync("/api/v1/demos", Token);
            await Json.ProblemAsync(unlisted, HttpStatusCode.Unauthorized);
        }

        foreach (var known in new[] { host.WithToken(), await host.WithCookieAsync(), host.OverSocket() })
        {
            using (known)
            {
                var sending = known.SendAsync(Post("chroot"), Token);
                await Wait.UntilAsync(() => Runner.Running is not null);
                Runner.Facts.Writer.Complete();
                using var response = await sending;
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }

        // A cookie without the panel's own Origin is another site's page.
        using var foreign = await host.WithCookieAsync(origin: false);
        using var turnedAway = await foreign.SendAsync(Post("chroot"), Token);
        await Json.ProblemAsync(turnedAway, HttpStatusCode.Forbidden);
        Assert.Null(Runner.Running);
    }

    static HttpRequestMessage Post(string name) => new(HttpMethod.Post, $"/api/v1/demos/{name}");
}
