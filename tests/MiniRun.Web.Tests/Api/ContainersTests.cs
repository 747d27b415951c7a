using System.Net;
using System.Net.Http.Headers;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class ContainersTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_is_created_read_changed_and_deleted()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""
            {"name":"webapp","command":"/bin/echo 'a b'","environment":{"A":"1"},"memory":"64m","cpus":"0.25","pids":10,"network":"host","terminal":true,"surprise":[1]}
            """), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var body = await Json.ReadAsync(created);
        var id = body.GetProperty("id").GetString()!;
        Assert.Equal($"/api/v1/containers/{id}", created.Headers.Location?.OriginalString);
        Assert.Equal("\"1\"", created.Headers.ETag?.Tag);
        Assert.Equal("[\"/bin/echo\",\"a b\"]", body.GetProperty("command").GetRawText());
        Assert.Equal("[\"A=1\"]", body.GetProperty("environment").GetRawText());
        Assert.Equal(64 << 20, body.GetProperty("limits").GetProperty("memoryBytes").GetInt64());
        Assert.Equal(0.25, body.GetProperty("limits").GetProperty("cpus").GetDouble());
        Assert.Equal("created", body.GetProperty("state").GetString());
        Assert.Equal("host", body.GetProperty("network").GetString());

        using var read = await client.GetAsync("/api/v1/containers/" + id[..8], Token);
        Assert.Equal("webapp", (await Json.ReadAsync(read)).GetProperty("name").GetString());

        using var patch = Patch("webapp", """{"memory":134217728}""", "\"1\"");
        using var changed = await client.SendAsync(patch, Token);
        Assert.Equal("\"2\"", changed.Headers.ETag?.Tag);
        Assert.Equal(128 << 20, (await Json.ReadAsync(changed)).GetProperty("limits").GetProperty("memoryBytes").GetInt64());

        using var deleted = await client.DeleteAsync("/api/v1/containers/webapp", Token);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await client.GetAsync("/api/v1/containers/webapp", Token);
        Assert.Equal("not-found", (await Json.ProblemAsync(gone, HttpStatusCode.NotFound)).Code);
    }

    [Fact]
    public async Task The_list_pages_by_a_cursor_without_gaps()
    {
        using var client = host.WithToken();
        foreach (var name in (string[])["page-a", "page-b", "page-c"])
        {
            using var created = await client.PostAsync("/api/v1/containers", Json.Body($$"""{"name":"{{name}}"}"""), Token);
            created.EnsureSuccessStatusCode();
        }

        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            using var page = await client.GetAsync("/api/v1/containers?limit=1" + cursor, Token);
            var body = await Json.ReadAsync(page);
            seen.Add(Assert.Single(body.GetProperty("items").EnumerateArray()).GetProperty("name").GetString()!);
            cursor = body.TryGetProperty("nextCursor", out var next) ? "&cursor=" + next.GetString() : null;
        }

        Assert.Equal(["page-a", "page-b", "page-c"], seen.Where(n => n.StartsWith("page-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_change_demands_the_revision_that_was_read()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"tagged"}"""), Token);
        using var without = await client.SendAsync(Patch("tagged", """{"pids":5}""", null), Token);
        Assert.Contains("If-Match", (await Json.ProblemAsync(without, HttpStatusCode.PreconditionRequired)).Errors!.Keys);
        using var stale = await client.SendAsync(Patch("tagged", """{"pids":5}""", "\"7\""), Token);
        await Json.ProblemAsync(stale, HttpStatusCode.PreconditionFailed);
        using var weak = await client.SendAsync(Patch("tagged", """{"pids":5}""", "W/\"1\""), Token);
        await Json.ProblemAsync(weak, HttpStatusCode.PreconditionFailed);
        using var any = await client.SendAsync(Patch("tagged", """{"pids":5}""", "*"), Token);
        Assert.Equal(HttpStatusCode.OK, any.StatusCode);
        using var garbled = await client.SendAsync(Patch("tagged", """{"pids":5}""", "1"), Token);
        await Json.ProblemAsync(garbled, HttpStatusCode.BadRequest);

        using var delete = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/containers/tagged");
        delete.Headers.IfMatch.Add(new EntityTagHeaderValue("\"1\""));
        using var refused = await client.SendAsync(delete, Token);
        await Json.ProblemAsync(refused, HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_running_container_is_deleted_only_with_force()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"busy"}"""), Token);
        using var started = await client.PostAsync("/api/v1/containers/busy/start", null, Token);
        using var refused = await client.DeleteAsync("/api/v1/containers/busy", Token);
        Assert.Equal("wrong-state", (await Json.ProblemAsync(refused, HttpStatusCode.Conflict)).Code);
        using var forced = await client.DeleteAsync("/api/v1/containers/busy?force=true", Token);
        Assert.Equal(HttpStatusCode.NoContent, forced.StatusCode);
    }

    static HttpRequestMessage Patch(string name, string body, string? ifMatch)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/containers/" + name) { Content = Json.Body(body) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return request;
    }
}
