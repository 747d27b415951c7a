using System.Threading.Channels;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class LogsTests(PanelHost host) : IClassFixture<PanelHost>
{
    static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plain_text_is_what_the_container_wrote()
    {
        using var client = await ContainerAsync("plain");
        using var response = await client.GetAsync("/api/v1/containers/plain/logs", Token);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("grün\nprompt$ ", await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Pieces_of_a_line_become_one_line_of_text()
    {
        using var client = await ContainerAsync("pieces");
        host.Engine.Logs["pieces"] =
        [
            new(Time, OutputStream.Stdout, "prompt$ ", Partial: true),
            new(Time, OutputStream.Stdout, "echo hi", Partial: false),
            new(Time, OutputStream.Stdout, "hi", Partial: false),
        ];
        Assert.Equal("prompt$ echo hi\nhi\n", await client.GetStringAsync("/api/v1/containers/pieces/logs", Token));
    }

    [Fact]
    public async Task Lines_of_json_carry_time_and_stream()
    {
        using var client = await ContainerAsync("lines");
        client.DefaultRequestHeaders.Add("Accept", "application/x-ndjson");
        var text = await client.GetStringAsync("/api/v1/containers/lines/logs?tail=1&since=2026-01-01T00:00:00Z", Token);
        Assert.Equal("""{"time":"2026-01-31T12:00:00+00:00","stream":"stderr","text":"prompt$ ","partial":true}""" + "\n", text);
        Assert.Equal(new LogQuery(1, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), host.Engine.LastLogQuery);
    }

    [Fact]
    public async Task Events_are_framed_for_browsers()
    {
        using var client = await ContainerAsync("events");
        client.DefaultRequestHeaders.Add("Accept", "text/event-stream");
        using var response = await client.GetAsync("/api/v1/containers/events/logs", Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = (await response.Content.ReadAsStringAsync(Token)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, events.Length);
        Assert.All(events, static e => Assert.StartsWith("data: {\"time\":", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_followed_line_arrives_at_once_and_the_end_ends_the_response()
    {
        using var client = await ContainerAsync("followed");
        var more = host.Engine.FollowedLogs["followed"] = Channel.CreateUnbounded<LogLine>();
        using var response = await client.GetAsync("/api/v1/containers/followed/logs?follow=1&tail=0", HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));
        more.Writer.TryWrite(new LogLine(Time, OutputStream.Stdout, "one", Partial: false));
        Assert.Equal("one", await reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(5), Token));
        more.Writer.TryWrite(new LogLine(Time, OutputStream.Stdout, "two", Partial: false));
        Assert.Equal("two", await reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(5), Token));
        more.Writer.Complete();
        Assert.Null(await reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(5), Token));
    }

    async Task<HttpClient> ContainerAsync(string name)
    {
        var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body($$"""{"name":"{{name}}"}"""), Token);
        created.EnsureSuccessStatusCode();
        host.Engine.Logs[name] = [new(Time, OutputStream.Stdout, "grün", Partial: false), new(Time, OutputStream.Stderr, "prompt$ ", Partial: true)];
        return client;
    }
}
