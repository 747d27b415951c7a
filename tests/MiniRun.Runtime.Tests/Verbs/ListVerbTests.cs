using System.Text.Json;

namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class ListVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Where_nothing_is_nothing_is_listed_and_made()
    {
        Assert.Equal("", await _host.OutputAsync("list", "--quiet"));
        Assert.Equal("[]\n", await _host.OutputAsync("list", "--format", "json"));
        Assert.Equal("ID   PID   STATUS   BUNDLE   CREATED   OWNER\n", await _host.OutputAsync("list"));
        Assert.False(Directory.Exists(_host.Root));
    }

    [Fact]
    public async Task Each_container_is_listed_as_it_is()
    {
        var (created, running, stopped) = (_host.Id + "-a", _host.Id + "-b", _host.Id + "-c");
        var bundle = _host.Bundle("sleep 1000");
        await _host.OutputAsync("create", "--bundle", bundle, created);
        await _host.OutputAsync("run", "--detach", "--bundle", bundle, running);
        await _host.RunDetachedAsync("true", id: stopped);
        await _host.UntilAsync("stopped", stopped);

        Assert.Equal($"{created}\n{running}\n{stopped}\n", await _host.OutputAsync("list", "-q"));

        using var document = JsonDocument.Parse(await _host.OutputAsync("list", "-f", "json"));
        Assert.Equal([(created, "created"), (running, "running"), (stopped, "stopped")], document.RootElement.EnumerateArray().Select(
            one => (one.GetProperty("id").GetString()!, one.GetProperty("status").GetString()!)));
        Assert.Equal(await _host.PidAsync(running), document.RootElement[1].GetProperty("pid").GetInt32());

        var rows = (await _host.OutputAsync("list")).TrimEnd('\n').Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"], rows[0]);
        Assert.Equal([running, $"{await _host.PidAsync(running)}", "running", bundle], rows[2][..4]);
        Assert.Equal((stopped, "0", "stopped", "root"), (rows[3][0], rows[3][1], rows[3][2], rows[3][5]));
    }

    [Fact]
    public async Task One_that_is_damaged_does_not_hide_the_others()
    {
        var (damaged, good) = (_host.Id + "-a", _host.Id + "-b");
        await _host.RunDetachedAsync("true", id: damaged);
        await _host.UntilAsync("stopped", damaged);
        await _host.RunDetachedAsync("true", id: good);
        File.WriteAllText($"{_host.StateOf(damaged)}/state.json", "{}");
        Directory.CreateDirectory($"{_host.Root}/no container");
        File.WriteAllText($"{_host.Root}/a-file", "");
        var outcome = await _host.RunAsync("list", "--quiet");
        Assert.Equal((0, good + "\n"), (outcome.ExitCode, outcome.Output));
        Assert.StartsWith($"minirun-runtime: warning: the state of container \"{damaged}\" is damaged", outcome.Error, StringComparison.Ordinal);
        Directory.Delete($"{_host.Root}/no container");
    }

    [Fact]
    public async Task A_format_that_is_unknown_is_refused() =>
        Assert.Equal("--format: \"xml\" is unknown; use table or json", await _host.RefusedAsync("list", "--format", "xml"));
}
