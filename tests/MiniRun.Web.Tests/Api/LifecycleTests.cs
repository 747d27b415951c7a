using System.Net;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class LifecycleTests(PanelHost host) : IClassFixture<PanelHost>
{
    [Fact]
    public async Task Each_act_says_whether_it_changed_anything()
    {
        using var client = host.WithToken();
        await ActAsync("", """{"name":"acts"}""");
        Assert.Equal((true, "running"), await ActAsync("/acts/start"));
        Assert.Equal((false, "running"), await ActAsync("/acts/start"));
        Assert.Equal((true, "running"), await ActAsync("/acts/restart?grace=0"));
        Assert.Equal((true, "exited"), await ActAsync("/acts/stop?grace=3600"));
        Assert.Equal((false, "exited"), await ActAsync("/acts/stop"));
        await ActAsync("/acts/start");
        Assert.Equal((true, "exited"), await ActAsync("/acts/kill?signal=TERM"));
        using var refused = await client.PostAsync("/api/v1/containers/acts/kill", null, TestContext.Current.CancellationToken);
        await Json.ProblemAsync(refused, HttpStatusCode.Conflict);

        async Task<(bool, string?)> ActAsync(string act, string? body = null)
        {
            using var content = body is null ? null : Json.Body(body);
            using var response = await client.PostAsync("/api/v1/containers" + act, content, TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
            var json = await Json.ReadAsync(response);
            return body is null
                ? (json.GetProperty("changed").GetBoolean(), json.GetProperty("container").GetProperty("state").GetString())
                : (true, null);
        }
    }
}
