using System.Net;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class ReadingTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_root_names_version_features_and_limits()
    {
        using var client = host.WithToken();
        using var response = await client.GetAsync("/api/v1", Token);
        var root = await Json.ReadAsync(response);
        Assert.Matches(@"^\d+\.\d+\.\d+$", root.GetProperty("version").GetString());
        Assert.Contains("attach", root.GetProperty("features").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1 << 20, root.GetProperty("limits").GetProperty("bodyBytes").GetInt32());
    }

    [Theory]
    [InlineData("/api/v1/images", """{"items":[{"name":"base"}]}""")]
    [InlineData("/images", """{"items":[{"name":"base"}]}""")]
    public async Task Images_are_listed(string path, string body)
    {
        using var client = host.WithToken();
        Assert.Equal(body, await client.GetStringAsync(path, Token));
    }

    [Fact]
    public async Task The_host_is_described()
    {
        using var client = host.WithToken();
        using var response = await client.GetAsync("/api/v1/system/info", Token);
        var info = await Json.ReadAsync(response);
        Assert.Equal(("hybrid", 2), (info.GetProperty("cgroups").GetString(), info.GetProperty("cpuCount").GetInt32()));
    }

    [Theory]
    [InlineData("/health", "healthy")]
    [InlineData("/health/ready", "ready")]
    public async Task Health_is_for_everybody(string path, string status)
    {
        using var client = host.Anonymous();
        using var response = await client.GetAsync(path, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(status, (await Json.ReadAsync(response)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_document_describes_every_address_of_the_api()
    {
        using var client = host.WithToken();
        using var response = await client.GetAsync("/openapi/v1.json", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var document = await Json.ReadAsync(response);
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(static p => p.Value.EnumerateObject().Where(o => o.Value.ValueKind == System.Text.Json.JsonValueKind.Object)
                .Select(o => (Name: $"{o.Name} {p.Name}", Operation: o.Value))).ToList();
        Assert.Contains(operations, static o => o.Name == "patch /api/v1/containers/{id}");
        Assert.Contains(operations, static o => o.Name == "get /api/v1/containers/{id}/attach");
        Assert.All(operations, static o => Assert.True(o.Operation.TryGetProperty("summary", out _) && o.Operation.TryGetProperty("operationId", out _), o.Name));
    }
}
