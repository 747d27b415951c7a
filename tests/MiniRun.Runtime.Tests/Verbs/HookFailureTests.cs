using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Hooks that fail (runtime.md, "Lifecycle"): the container does not go on, and those that clean up after it run.</summary>
[Trait("Category", "Integration")]
public sealed class HookFailureTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public async Task Before_the_container_is_created_nothing_is_left(string stage)
    {
        var bundle = new HookBundle(_host);
        bundle.Edit(stage, AddFailing);
        foreach (var verb in (string[])["create", "run"])
        {
            Assert.Equal($"error running {stage} hook #1: exit status 7, output: first line / second line", await _host.RefusedAsync(verb, "--bundle", bundle.Path, _host.Id));
            Assert.Equal("poststop", bundle.Order[^1]);
            Assert.DoesNotContain("program", bundle.Order);
            Assert.Equal("stopped", bundle.StateAt("poststop").GetProperty("status").GetString());
            Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
            await Eventually.IsAsync(() => Task.FromResult(_host.Traces().Count == 0), "it has left something behind");
            File.Delete($"{bundle.Root}/order");
        }
    }

    [Theory]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public async Task In_the_created_container_it_is_destroyed(string stage)
    {
        var bundle = new HookBundle(_host);
        bundle.Edit(stage, AddFailing);
        await bundle.CreateAsync();
        Assert.Equal($"error running {stage} hook #1: exit status 7, output: first line / second line", await _host.RefusedAsync("start", _host.Id));
        Assert.Equal("poststop", bundle.Order[^1]);
        Assert.Single(bundle.Order, "poststop");
        Assert.False(stage == "startContainer" && bundle.Order.Contains("program"));
        Assert.Contains("does not exist", await _host.RefusedAsync("state", _host.Id), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
        Assert.Empty(_host.Traces());
    }

    [Theory]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public async Task With_run_nothing_is_left(string stage)
    {
        var bundle = new HookBundle(_host);
        bundle.Edit(stage, AddFailing);
        Assert.Equal($"error running {stage} hook #1: exit status 7, output: first line / second line", await _host.RefusedAsync("run", "--detach", "--bundle", bundle.Path, _host.Id));
        Assert.Equal("poststop", bundle.Order[^1]);
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
    }

    [Fact]
    public async Task Of_those_that_clean_up_a_failure_is_a_warning_and_the_others_run()
    {
        var bundle = new HookBundle(_host);
        bundle.Edit("poststop", hooks =>
        {
            AddFailing(hooks);
            hooks.Add(JsonNode.Parse($$"""{"path":"/bin/sh","args":["sh","-c","echo last >> {{bundle.Root}}/order"]}"""));
        });
        await bundle.CreateAsync();
        var outcome = await _host.RunAsync("delete", "--force", _host.Id);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal("minirun-runtime: warning: error running poststop hook #1: exit status 7, output: first line / second line\n", outcome.Error);
        Assert.Equal(["poststop", "last"], bundle.Order[^2..]);
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
    }

    [Theory]
    [InlineData("createRuntime", "/bin/sleep")]
    [InlineData("createContainer", "/bin/sleep")]
    public async Task One_that_takes_longer_than_it_may_is_killed(string stage, string program)
    {
        var bundle = new HookBundle(_host);
        bundle.Edit(stage, hooks => hooks.Add(JsonNode.Parse($$"""{"path":"{{program}}","args":["sleep","1234"],"timeout":1}""")));
        var line = await _host.RefusedAsync("create", "--bundle", bundle.Path, _host.Id);
        Assert.Equal($"error running {stage} hook #1: {program} was killed because it took longer than its timeout of 1 s", line);
        Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
    }

    [Fact]
    public async Task One_that_a_signal_ends_is_named_by_it()
    {
        var bundle = new HookBundle(_host);
        bundle.Edit("createRuntime", hooks => hooks.Add(JsonNode.Parse("""{"path":"/bin/sh","args":["sh","-c","kill -TERM $$"]}""")));
        Assert.Equal("error running createRuntime hook #1: ended by SIGTERM", await _host.RefusedAsync("create", "--bundle", bundle.Path, _host.Id));
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public async Task One_that_is_missing_is_named(string stage)
    {
        var bundle = new HookBundle(_host);
        bundle.Edit(stage, hooks => hooks.Insert(0, JsonNode.Parse("""{"path":"/not/there"}""")));
        var line = await _host.RefusedAsync("create", "--bundle", bundle.Path, _host.Id);
        Assert.StartsWith($"error running {stage} hook #0: /not/there cannot be started: ", line, StringComparison.Ordinal);
        Assert.Contains("no such file or directory", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_ended_by_itself_does_not_hide_the_failure()
    {
        var bundle = new HookBundle(_host, "true", ("poststart", "sleep 0.3; exit 9"));
        await bundle.CreateAsync();
        Assert.Equal("error running poststart hook #0: exit status 9", await _host.RefusedAsync("start", _host.Id));
    }

    static void AddFailing(JsonArray hooks) =>
        hooks.Add(JsonNode.Parse("""{"path":"/bin/sh","args":["sh","-c","echo first line; echo second line >&2; exit 7"],"env":["PATH=/bin"]}"""));
}
