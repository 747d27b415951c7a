using System.Net;
using System.Text.Json;
using MiniRun.Web.Api.Contracts;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class StatsTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stats_are_for_running_containers()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"used"}"""), Token);
        using var refused = await client.GetAsync("/api/v1/containers/used/stats", Token);
        Assert.Equal("wrong-state", (await Json.ProblemAsync(refused, HttpStatusCode.Conflict)).Code);

        using var started = await client.PostAsync("/api/v1/containers/used/start", null, Token);
        var stats = JsonSerializer.Deserialize(await client.GetStringAsync("/api/v1/containers/used/stats", Token), ApiJson.Default.StatsResource)!;
        Assert.Equal((0.25, 3000, 42 << 20, 3), (stats.Cpus, stats.CpuTimeMs, stats.MemoryBytes, stats.Pids));
        var history = JsonSerializer.Deserialize(await client.GetStringAsync("/api/v1/containers/used/stats/history", Token), ApiJson.Default.StatsHistory)!;
        Assert.Single(history.Items);
    }

    [Fact]
    public async Task A_stream_of_stats_ends_with_the_container()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"streamed"}"""), Token);
        using var started = await client.PostAsync("/api/v1/containers/streamed/start", null, Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/containers/streamed/stats");
        request.Headers.Add("Accept", "application/x-ndjson");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));
        var first = JsonSerializer.Deserialize((await reader.ReadLineAsync(Token))!, ApiJson.Default.StatsResource)!;
        var second = JsonSerializer.Deserialize((await reader.ReadLineAsync(Token))!, ApiJson.Default.StatsResource)!;
        Assert.InRange((second.Time - first.Time).TotalSeconds, 0.5, 3);
        using var stopped = await client.PostAsync("/api/v1/containers/streamed/stop", null, Token);
        Assert.Null(await reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(5), Token));
    }
}
