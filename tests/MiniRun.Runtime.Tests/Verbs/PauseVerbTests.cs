namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class PauseVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_paused_container_stands_still_until_it_is_resumed()
    {
        var bundle = await _host.RunDetachedAsync("while :; do echo >> /count; sleep 0.02; done");
        await Eventually.IsAsync(() => Task.FromResult(Count(bundle) > 0), "it does not count");
        await _host.OutputAsync("pause", _host.Id);
        Assert.Equal("paused", await _host.StatusAsync());
        var count = Count(bundle);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal(count, Count(bundle));

        await _host.OutputAsync("resume", _host.Id);
        Assert.Equal("running", await _host.StatusAsync());
        await Eventually.IsAsync(() => Task.FromResult(Count(bundle) > count), "it does not go on");
    }

    [Fact]
    public async Task Only_what_runs_can_be_paused_and_only_what_is_paused_resumed()
    {
        await _host.OutputAsync("create", "--bundle", _host.Bundle("sleep 1000"), _host.Id);
        Assert.Equal($"container \"{_host.Id}\" cannot be paused: it is created, not running", await _host.RefusedAsync("pause", _host.Id));
        await _host.OutputAsync("start", _host.Id);
        Assert.Equal($"container \"{_host.Id}\" is not paused", await _host.RefusedAsync("resume", _host.Id));
        await _host.OutputAsync("pause", _host.Id);
        Assert.Equal($"container \"{_host.Id}\" cannot be paused: it is paused, not running", await _host.RefusedAsync("pause", _host.Id));
        await _host.OutputAsync("resume", _host.Id);
        await _host.OutputAsync("kill", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
        Assert.Equal($"container \"{_host.Id}\" cannot be paused: it is stopped, not running", await _host.RefusedAsync("pause", _host.Id));
    }

    [Fact]
    public async Task Without_a_cgroup_there_is_nothing_to_pause_by()
    {
        var bundle = _host.Bundle("sleep 1000");
        await _host.RunAsync(new Call("run", "--detach", "--bundle", bundle, _host.Id) { Global = ["--root", _host.Root, "--cgroup-manager=disabled"] });
        Assert.Contains("has no cgroup", await _host.RefusedAsync("pause", _host.Id), StringComparison.Ordinal);
    }

    static long Count(string bundle) => File.Exists($"{bundle}/rootfs/count") ? new FileInfo($"{bundle}/rootfs/count").Length : 0;
}
