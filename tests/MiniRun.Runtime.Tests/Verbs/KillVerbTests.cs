namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class KillVerbTests : IAsyncLifetime
{
    const string Tells = "for s in HUP USR1 USR2 TERM; do trap \"echo $s\" $s; done; echo ready; while :; do sleep 0.05; done";

    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_signal_has_a_number_or_a_name()
    {
        using var run = _host.Start("run", "--bundle", _host.Bundle(Tells), _host.Id);
        await run.UntilAsync("ready\n");
        foreach (var (written, name) in ((string, string)[])[("1", "HUP"), ("USR1", "USR1"), ("SIGUSR2", "USR2"), ("sigterm", "TERM")])
        {
            await _host.OutputAsync("kill", _host.Id, written);
            await run.UntilAsync(name + "\n");
        }

        await _host.OutputAsync("kill", _host.Id, "9");
        Assert.Equal(137, (await run.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Without_a_signal_it_is_SIGTERM()
    {
        using var run = _host.Start("run", "--bundle", _host.Bundle("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done"), _host.Id);
        await run.UntilAsync("ready\n");
        await _host.OutputAsync("kill", _host.Id);
        Assert.Equal(5, (await run.EndAsync()).ExitCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-1")]
    [InlineData("SIG")]
    [InlineData("NOSUCH")]
    [InlineData("1x")]
    [InlineData("")]
    public async Task What_is_no_signal_is_refused(string signal)
    {
        await _host.RunDetachedAsync("sleep 1000");
        Assert.StartsWith($"unknown signal \"{signal}\"; use a number from 1 to 64", await _host.RefusedAsync("kill", "--", _host.Id, signal), StringComparison.Ordinal);
        Assert.Equal("running", await _host.StatusAsync());
    }

    [Fact]
    public async Task All_reaches_every_process()
    {
        const string Tell = "sh -c 'trap \"echo $0; exit\" USR1; echo ready; while :; do sleep 0.05; done'";
        using var run = _host.Start("run", "--bundle", _host.Bundle($"trap : USR1; {Tell} first & {Tell} second & wait; wait; wait; wait"), _host.Id);
        await run.UntilAsync("ready\nready\n");
        await _host.OutputAsync("kill", "--all", _host.Id, "USR1");
        var outcome = await run.EndAsync();
        Assert.Equal(["first", "ready", "ready", "second"], outcome.Output.TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task All_needs_a_cgroup_to_know_them_by()
    {
        var bundle = _host.Bundle("sleep 1000");
        await _host.RunAsync(new Call("run", "--detach", "--bundle", bundle, _host.Id) { Global = ["--root", _host.Root, "--cgroup-manager", "disabled"] });
        Assert.StartsWith("--all: container", await _host.RefusedAsync("kill", "--all", _host.Id, "USR1"), StringComparison.Ordinal);
        await _host.OutputAsync("kill", "--all", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
    }

    [Fact]
    public async Task Without_a_pid_namespace_of_its_own_SIGKILL_reaches_every_process()
    {
        var bundle = await _host.RunDetachedAsync(
            "sleep 1000 & echo > /ready; sleep 1000",
            config => config["linux"]!["namespaces"]!.AsArray().RemoveAll(one => (string)one!["type"]! == "pid"));
        await Eventually.IsAsync(() => Task.FromResult(File.Exists($"{bundle}/rootfs/ready")), "it does not run");
        Assert.NotEqual("[]\n", await _host.OutputAsync("ps", "--format", "json", _host.Id));
        await _host.OutputAsync("kill", _host.Id, "KILL");
        await Eventually.IsAsync(async () => await _host.OutputAsync("ps", "--format", "json", _host.Id) == "[]\n", "processes are left");
    }

    [Fact]
    public async Task A_paused_container_can_be_killed()
    {
        await _host.RunDetachedAsync("sleep 1000");
        await _host.OutputAsync("pause", _host.Id);
        await _host.OutputAsync("kill", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
    }

    [Fact]
    public async Task One_that_is_created_can_be_killed_and_one_that_ended_cannot()
    {
        await _host.OutputAsync("create", "--bundle", _host.Bundle("true"), _host.Id);
        await _host.OutputAsync("kill", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
        Assert.Equal($"container \"{_host.Id}\" is not running", await _host.RefusedAsync("kill", _host.Id, "KILL"));
        Assert.Equal($"container \"{_host.Id}x\" does not exist", await _host.RefusedAsync("kill", _host.Id + "x"));
    }
}
