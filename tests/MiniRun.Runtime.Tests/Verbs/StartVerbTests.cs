using MiniRun.Runtime.Tests.Sandbox;

namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class StartVerbTests : IAsyncLifetime
{
    const int Continue = 18;
    const int Stop = 19;

    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task One_that_is_not_there_cannot_be_started()
    {
        Assert.Equal($"container \"{_host.Id}\" does not exist", await _host.RefusedAsync("start", _host.Id));
        Directory.CreateDirectory(_host.Root);
        Assert.Equal($"container \"{_host.Id}\" does not exist", await _host.RefusedAsync("start", _host.Id));
    }

    [Fact]
    public async Task One_that_runs_or_has_ended_cannot_be_started()
    {
        await _host.RunDetachedAsync("sleep 1000");
        Assert.Equal($"cannot start container \"{_host.Id}\": it is running, not created", await _host.RefusedAsync("start", _host.Id));
        await _host.OutputAsync("kill", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
        Assert.Equal($"cannot start container \"{_host.Id}\": it is stopped, not created", await _host.RefusedAsync("start", _host.Id));
    }

    [Fact]
    public async Task One_that_was_killed_while_it_waited_is_stopped()
    {
        await _host.OutputAsync("create", "--bundle", _host.Bundle("true"), _host.Id);
        Assert.Equal(0, NativeRuntime.kill(await _host.PidAsync(), 9));
        await _host.UntilAsync("stopped");
        Assert.Equal(0, (await _host.StateAsync()).GetProperty("pid").GetInt32());
        Assert.Contains("it is stopped, not created", await _host.RefusedAsync("start", _host.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_no_program_is_named_when_it_is_started()
    {
        var bundle = _host.Bundle("true", config => config["process"]!["args"] = new System.Text.Json.Nodes.JsonArray("/bin/text"));
        File.WriteAllText($"{bundle}/rootfs/bin/text", "\u007f no program");
        File.SetUnixFileMode($"{bundle}/rootfs/bin/text", (UnixFileMode)0b111_101_101);
        await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
        var line = await _host.RefusedAsync("start", _host.Id);
        Assert.Contains("execve(\"/bin/text\"", line, StringComparison.Ordinal);
        Assert.Contains("ENOEXEC", line, StringComparison.Ordinal);
        Assert.Equal("stopped", await _host.StatusAsync());
    }

    [Fact]
    public async Task A_start_never_hangs_when_the_container_is_killed_meanwhile()
    {
        var bundle = _host.Bundle("sleep 1000");
        for (var round = 0; round < 20; round++)
        {
            var id = $"{_host.Id}-{round}";
            await _host.OutputAsync("create", "--bundle", bundle, id);
            var pid = await _host.PidAsync(id);
            using var start = _host.Start("start", id);
            await Task.Delay(round, TestContext.Current.CancellationToken);
            Assert.Equal(0, NativeRuntime.kill(pid, 9));
            var outcome = await start.EndAsync();
            Assert.InRange(outcome.ExitCode, 0, 1);
            Assert.Equal(outcome.ExitCode == 0, outcome.Error.Length == 0);
            await _host.UntilAsync("stopped", id);
        }
    }

    [Fact]
    public async Task A_start_of_one_that_stands_still_says_so()
    {
        await _host.OutputAsync("create", "--bundle", _host.Bundle("sleep 1000"), _host.Id);
        Freeze(_host.Id);
        Assert.Contains("is paused, and starts its program once it is resumed", await _host.RefusedAsync("start", _host.Id), StringComparison.Ordinal);
        await _host.OutputAsync("resume", _host.Id);
        await _host.UntilAsync("running");
    }

    /// <summary>Half a minute, because a slow disk is no reason to give up.</summary>
    [Fact]
    public async Task A_start_of_one_that_does_not_come_on_has_an_end()
    {
        await _host.OutputAsync("create", "--bundle", _host.Bundle("sleep 1000"), _host.Id);
        var pid = await _host.PidAsync();
        Assert.Equal(0, NativeRuntime.kill(pid, Stop));
        Assert.Equal(
            $"container \"{_host.Id}\" did not start its program within 30 s: /proc/{pid}/status and /stack say what it waits for", await _host.RefusedAsync("start", _host.Id));
        Assert.Equal(0, NativeRuntime.kill(pid, Continue));
        await _host.UntilAsync("running");
    }

    /// <summary>As somebody else on the host would do it.</summary>
    static void Freeze(string id)
    {
        foreach (var (file, text) in ((string, string)[])[
            ($"/sys/fs/cgroup/unified/minirun/{id}/cgroup.freeze", "1"), ($"/sys/fs/cgroup/minirun/{id}/cgroup.freeze", "1"),
            ($"/sys/fs/cgroup/freezer/minirun/{id}/freezer.state", "FROZEN")])
        {
            if (File.Exists(file))
            {
                File.WriteAllText(file, text);
                return;
            }
        }

        Assert.Fail("this host has no freezer");
    }
}
