using System.Text.Json;

namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class PsVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public async ValueTask InitializeAsync()
    {
        var bundle = await _host.RunDetachedAsync("sleep 1001 & sleep 1002 & echo > /ready; wait");
        await Eventually.IsAsync(() => Task.FromResult(File.Exists($"{bundle}/rootfs/ready")), "it does not run");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task As_json_it_is_the_pids_on_the_host()
    {
        var pids = JsonSerializer.Deserialize<int[]>(await _host.OutputAsync("ps", "--format", "json", _host.Id))!;
        Assert.Equal(3, pids.Length);
        Assert.Contains(await _host.PidAsync(), pids);
        Assert.All(pids, pid => Assert.Contains("minirun/" + _host.Id, File.ReadAllText($"/proc/{pid}/cgroup"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task As_a_table_it_is_what_ps_says_about_them()
    {
        var lines = (await _host.OutputAsync("ps", _host.Id)).TrimEnd('\n').Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("UID", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.EndsWith("sleep 1001", StringComparison.Ordinal));

        lines = (await _host.OutputAsync("ps", _host.Id, "-o", "pid,args")).TrimEnd('\n').Split('\n');
        Assert.Equal("PID COMMAND", string.Join(' ', lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains(lines, line => line.EndsWith("sleep 1002", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Options_without_a_column_of_pids_are_refused()
    {
        Assert.StartsWith("ps: its output has no column PID", await _host.RefusedAsync("ps", _host.Id, "-o", "args"), StringComparison.Ordinal);
        Assert.StartsWith("ps: ", await _host.RefusedAsync("ps", _host.Id, "--nonsense"), StringComparison.Ordinal);
        Assert.Equal("--format: \"xml\" is unknown; use table or json", await _host.RefusedAsync("ps", "--format", "xml", _host.Id));
    }

    [Fact]
    public async Task One_that_ended_has_none()
    {
        await _host.OutputAsync("kill", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
        Assert.Equal("[]\n", await _host.OutputAsync("ps", "--format=json", _host.Id));
    }
}
