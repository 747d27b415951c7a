using System.Text.Json;

namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class EventsVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Stats_are_one_line_of_json()
    {
        await _host.RunDetachedAsync("sleep 1000");
        var line = Assert.Single((await _host.OutputAsync("events", "--stats", _host.Id)).TrimEnd('\n').Split('\n'));
        using var document = JsonDocument.Parse(line);
        Assert.Equal(("stats", _host.Id), (document.RootElement.GetProperty("type").GetString(), document.RootElement.GetProperty("id").GetString()));
        var data = document.RootElement.GetProperty("data");
        Assert.True(data.GetProperty("memory").GetProperty("usage").GetProperty("usage").GetInt64() > 0);
        Assert.Equal(1, data.GetProperty("pids").GetProperty("current").GetInt64());
        Assert.True(data.GetProperty("cpu").GetProperty("usage").GetProperty("total").GetInt64() > 0);
    }

    [Fact]
    public async Task Otherwise_they_come_at_intervals_until_the_container_ends()
    {
        await _host.RunDetachedAsync("sleep 1000");
        using var events = _host.Start("events", "--interval", "100ms", _host.Id);
        await Eventually.IsAsync(() => Task.FromResult(events.Output.Count(c => c == '\n') >= 3), "nothing comes");
        await _host.OutputAsync("kill", _host.Id, "KILL");
        var outcome = await events.EndAsync();
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.All(outcome.Output.TrimEnd('\n').Split('\n'), line => JsonDocument.Parse(line).Dispose());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1s")]
    [InlineData("soon")]
    [InlineData("")]
    public async Task What_is_no_time_is_refused(string interval)
    {
        await _host.RunDetachedAsync("sleep 1000");
        Assert.StartsWith($"--interval: \"{interval}\" is no time", await _host.RefusedAsync("events", $"--interval={interval}", _host.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_ended_has_none()
    {
        await _host.RunDetachedAsync("true");
        await _host.UntilAsync("stopped");
        Assert.Equal($"container \"{_host.Id}\" is not running", await _host.RefusedAsync("events", "--stats", _host.Id));
    }
}
