using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Hubs;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Hubs;

public sealed class MetricsHubTests
{
    static readonly MetricSample Sample = new(
        DateTimeOffset.UnixEpoch.AddMilliseconds(1500), 0.5, TimeSpan.FromSeconds(1), 4096, 2, new ContainerLimits(8192, 1, null));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("one")]
    public async Task All_containers_or_one_can_be_watched(string? watched)
    {
        using var host = new PanelHost();
        host.Start();
        var one = await host.Engine.CreateAsync(new ContainerRequest { Name = "one" }, Token);
        await using var connection = await HubClient.ConnectAsync(host, "metrics");
        host.Engine.Metrics.Writer.TryWrite([new ContainerMetrics("other", Sample), new ContainerMetrics(one.Id, Sample)]);
        await foreach (var batch in connection.StreamAsync<List<MetricFrame>>("Watch", watched, Token))
        {
            MetricFrame[] frames = [new("other", 1500, 0.5, 4096, 2, 8192, 1, null), new(one.Id, 1500, 0.5, 4096, 2, 8192, 1, null)];
            Assert.Equal(watched is null ? frames : frames[1..], batch);
            break;
        }
    }

    [Fact]
    public async Task Recent_samples_are_there_at_once_and_errors_are_sentences()
    {
        using var host = new PanelHost();
        host.Start();
        await host.Engine.CreateAsync(new ContainerRequest { Name = "recent" }, Token);
        await host.Engine.StartAsync("recent", Token);
        await using var connection = await HubClient.ConnectAsync(host, "metrics");
        var frame = Assert.Single(await connection.InvokeAsync<List<MetricFrame>>("Recent", "recent", Token));
        Assert.Equal((0.25, 42 << 20, 3, 2048), (frame.Cpus, frame.Memory, frame.Pids, frame.PidsLimit));
        var error = await Assert.ThrowsAsync<HubException>(() => connection.InvokeAsync<List<MetricFrame>>("Recent", "absent", Token));
        Assert.Contains("No container is named \"absent\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_names_on_the_wire_are_the_ones_the_charts_read()
    {
        var json = MessagePack.MessagePackSerializer.ConvertToJson(
            MessagePack.MessagePackSerializer.Serialize(MetricFrame.Of("x", Sample), cancellationToken: Token), cancellationToken: Token);
        Assert.Equal("""{"id":"x","time":1500,"cpus":0.5,"memory":4096,"pids":2,"memoryLimit":8192,"cpuLimit":1,"pidsLimit":null}""", json);
        Assert.Equal(json, System.Text.Json.JsonSerializer.Serialize(MetricFrame.Of("x", Sample)));
    }
}
