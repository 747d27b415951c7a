namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class DeleteVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task One_that_is_not_there_is_an_error_unless_forced()
    {
        Assert.Equal($"container \"{_host.Id}\" does not exist", await _host.RefusedAsync("delete", _host.Id));
        Assert.Equal("", await _host.OutputAsync("delete", "--force", _host.Id));
        Assert.False(Directory.Exists(_host.Root));
    }

    [Fact]
    public async Task One_that_has_ended_is_removed()
    {
        await _host.RunDetachedAsync("true");
        await _host.UntilAsync("stopped");
        Assert.Equal("", await _host.OutputAsync("delete", _host.Id));
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
        Assert.Empty(_host.Traces());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_runs_or_is_paused_must_be_forced(bool paused)
    {
        await _host.RunDetachedAsync("trap '' TERM; sleep 1000");
        if (paused)
        {
            await _host.OutputAsync("pause", _host.Id);
        }

        var status = paused ? "paused" : "running";
        Assert.Equal($"cannot delete container {_host.Id} that is not stopped: it is {status}; stop it, or use --force", await _host.RefusedAsync("delete", _host.Id));
        Assert.Equal(status, await _host.StatusAsync());
        Assert.Equal("", await _host.OutputAsync("delete", "-f", _host.Id));
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
        await Eventually.IsAsync(() => Task.FromResult(_host.Traces().Count == 0), "it has left something behind");
    }

    /// <summary>The specification wants it stopped; runc, crun and youki end it, and their callers count on that.</summary>
    [Fact]
    public async Task One_that_is_created_is_ended_and_removed()
    {
        await _host.OutputAsync("create", "--bundle", _host.Bundle("true"), _host.Id);
        await _host.OutputAsync("delete", _host.Id);
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
    }

    [Fact]
    public async Task Processes_that_outlive_the_first_are_ended()
    {
        var bundle = await _host.RunDetachedAsync(
            "sleep 1000 & echo > /ready", config => config["linux"]!["namespaces"]!.AsArray().RemoveAll(one => (string)one!["type"]! == "pid"));
        await Eventually.IsAsync(() => Task.FromResult(File.Exists($"{bundle}/rootfs/ready")), "it does not run");
        await _host.UntilAsync("stopped");
        Assert.NotEqual("[]\n", await _host.OutputAsync("ps", "--format", "json", _host.Id));
        await _host.OutputAsync("delete", _host.Id);
        await Eventually.IsAsync(() => Task.FromResult(_host.Traces().Count == 0), "it has left something behind");
    }

    [Fact]
    public async Task Cgroups_that_the_container_made_go_with_it()
    {
        await _host.RunDetachedAsync("sleep 1000");
        foreach (var cgroup in _host.Traces().Where(Directory.Exists))
        {
            Directory.CreateDirectory($"{cgroup}/below/further");
        }

        await _host.OutputAsync("delete", "--force", _host.Id);
        await Eventually.IsAsync(() => Task.FromResult(_host.Traces().Count == 0), () => string.Join(", ", _host.Traces()));
    }

    [Fact]
    public async Task One_whose_creation_was_interrupted_must_be_forced()
    {
        Directory.CreateDirectory(_host.StateOf(_host.Id));
        Assert.Contains("it is creating", await _host.RefusedAsync("delete", _host.Id), StringComparison.Ordinal);
        await _host.OutputAsync("delete", "--force", _host.Id);
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../state")]
    [InlineData("/")]
    [InlineData(".")]
    public async Task A_name_that_leads_elsewhere_removes_nothing(string id)
    {
        Directory.CreateDirectory(_host.Root);
        File.WriteAllText(_host["bystander"], "");
        Assert.StartsWith("invalid container ID", await _host.RefusedAsync("delete", "--force", id), StringComparison.Ordinal);
        Assert.True(File.Exists(_host["bystander"]) && Directory.Exists(_host.Root));
    }
}
