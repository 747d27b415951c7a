using System.Globalization;

namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class RunVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("exec sh -c 'exit 143'", 143)]
    public async Task The_exit_code_is_the_programs(string script, int code)
    {
        var outcome = await _host.RunAsync("run", "--bundle", _host.Bundle("echo out; echo problem >&2; " + script), _host.Id);
        Assert.Equal((code, "out\n", "problem\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_kept_container_stays_stopped_until_it_is_deleted()
    {
        Assert.Equal(3, (await _host.RunAsync("run", "--keep", "--bundle", _host.Bundle("exit 3"), _host.Id)).ExitCode);
        Assert.Equal("stopped", await _host.StatusAsync());
        await _host.OutputAsync("delete", _host.Id);
    }

    [Fact]
    public async Task A_detached_container_goes_on_by_itself()
    {
        var bundle = _host.Bundle("sleep 1000");
        Assert.Equal("", await _host.OutputAsync("run", "-d", "--bundle", bundle, "--pid-file", _host["pid"], _host.Id));
        Assert.Equal(await _host.PidAsync(), int.Parse(File.ReadAllText(_host["pid"]), CultureInfo.InvariantCulture));
        Assert.Equal("running", await _host.StatusAsync());
    }

    [Theory]
    [InlineData(1, "HUP")]
    [InlineData(2, "INT")]
    [InlineData(3, "QUIT")]
    [InlineData(10, "USR1")]
    [InlineData(12, "USR2")]
    [InlineData(15, "TERM")]
    public async Task Signals_are_handed_on(int signal, string name)
    {
        using var run = _host.Start("run", "--bundle", _host.Bundle($"trap 'echo got {name}; exit 4' {name}; echo ready; while :; do sleep 0.05; done"), _host.Id);
        await run.UntilAsync("ready\n");
        run.Kill(signal);
        var outcome = await run.EndAsync();
        Assert.Equal((4, $"ready\ngot {name}\n"), (outcome.ExitCode, outcome.Output));
    }

    [Fact]
    public async Task The_container_survives_the_death_of_who_ran_it()
    {
        using var run = _host.Start("run", "--bundle", _host.Bundle("echo ready; sleep 1000"), _host.Id);
        await run.UntilAsync("ready\n");
        run.Kill();
        await run.EndAsync();
        Assert.Equal("running", await _host.StatusAsync());
    }

    [Fact]
    public async Task A_program_that_is_missing_leaves_nothing()
    {
        var bundle = _host.Bundle("true", config => config["process"]!["args"] = new System.Text.Json.Nodes.JsonArray("/not/there"));
        var line = await _host.RefusedAsync("run", "--bundle", bundle, _host.Id);
        // The words that podman and Docker turn into exit code 127.
        Assert.Contains("no such file or directory", line, StringComparison.Ordinal);
        Assert.Contains("check the command and PATH", line, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
    }

    [Fact]
    public async Task A_program_that_cannot_be_executed_says_why()
    {
        var bundle = _host.Bundle("true", config => config["process"]!["args"] = new System.Text.Json.Nodes.JsonArray("text"));
        File.WriteAllText($"{bundle}/rootfs/bin/text", "");
        File.SetUnixFileMode($"{bundle}/rootfs/bin/text", UnixFileMode.UserRead);
        // The words that podman and Docker turn into exit code 126.
        Assert.Contains("permission denied", await _host.RefusedAsync("run", "--bundle", bundle, _host.Id), StringComparison.Ordinal);
        Assert.Contains("permission denied", await _host.RefusedAsync("create", "--bundle", bundle, _host.Id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("--no-pivot", false)]
    [InlineData("--no-subreaper", true)]
    public async Task The_root_is_pivoted_unless_its_filesystem_does_not_let_it(string option, bool pivots)
    {
        var bundle = _host.Bundle("ls /; grep -c . /proc/mounts");
        string[] options = option.Length > 0 ? [option] : [];
        var output = await _host.OutputAsync(["run", "--keep", .. options, "--bundle", bundle, _host.Id]);
        Assert.StartsWith("bin\ndev\netc\nproc\nsys\ntmp\n", output, StringComparison.Ordinal);
        Assert.InRange(int.Parse(output.TrimEnd().Split('\n')[^1], System.Globalization.CultureInfo.InvariantCulture), 5, 20);
        Assert.Equal(pivots, (await _host.OutputAsync("timeline", _host.Id)).Contains("pivot_root(", StringComparison.Ordinal));
    }
}
