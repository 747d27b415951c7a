using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>What <c>state</c> says, above all about a pid that belongs to somebody else by now (SECURITY R21).</summary>
[Trait("Category", "Integration")]
public sealed class StateVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_document_is_that_of_the_specification()
    {
        var bundle = await _host.RunDetachedAsync("sleep 1000", config => config["annotations"] = new JsonObject { ["org.example.a"] = "\"b\"\n", ["c"] = "" });
        var state = await _host.StateAsync();
        Assert.Equal(["ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "owner", "annotations"], state.EnumerateObject().Select(member => member.Name));
        Assert.Equal("1.0.2", state.GetProperty("ociVersion").GetString());
        Assert.Equal(_host.Id, state.GetProperty("id").GetString());
        Assert.Equal("running", state.GetProperty("status").GetString());
        Assert.Equal((bundle, $"{bundle}/rootfs"), (state.GetProperty("bundle").GetString(), state.GetProperty("rootfs").GetString()));
        Assert.Equal("root", state.GetProperty("owner").GetString());
        Assert.Equal(("\"b\"\n", ""), (state.GetProperty("annotations").GetProperty("org.example.a").GetString(), state.GetProperty("annotations").GetProperty("c").GetString()));
        Assert.InRange(TimeProvider.System.GetUtcNow() - state.GetProperty("created").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Contains("sleep", File.ReadAllText($"/proc/{state.GetProperty("pid").GetInt32()}/cmdline"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_without_annotations_has_none()
    {
        await _host.OutputAsync("create", "--bundle", _host.Bundle("true"), _host.Id);
        Assert.False((await _host.StateAsync()).TryGetProperty("annotations", out _));
    }

    [Fact]
    public async Task One_that_is_not_there_has_no_state() =>
        Assert.Equal($"container \"{_host.Id}\" does not exist", await _host.RefusedAsync("state", _host.Id));

    [Fact]
    public async Task One_that_ended_is_stopped_even_before_it_is_reaped()
    {
        var bundle = _host.Bundle("sleep 0.2");
        // Its parent is this shell, which reaps nobody.
        using var parent = Process.Start(new ProcessStartInfo(
            "/bin/sh", ["-c", $"{RuntimeHost.Binary} --root {_host.Root} run --detach --bundle {bundle} {_host.Id} </dev/null >/dev/null 2>&1; kill -STOP $$"]) { UseShellExecute = false })!;
        try
        {
            await Eventually.IsAsync(() => Task.FromResult(File.Exists($"{_host.StateOf(_host.Id)}/state.json")), "it was not started");
            await _host.UntilAsync("stopped");
            Assert.Equal(0, await _host.PidAsync());
        }
        finally
        {
            parent.Kill();
        }
    }

    [Theory]
    [InlineData("startTime")]
    [InlineData("bootId")]
    public async Task A_process_that_has_the_pid_of_one_that_ended_is_never_touched(string wrong)
    {
        await _host.RunDetachedAsync("true");
        await _host.UntilAsync("stopped");
        using var stranger = Process.Start(new ProcessStartInfo("/bin/sleep", ["1000"]) { UseShellExecute = false })!;
        try
        {
            await ForgeAsync(stranger.Id, wrong);
            Assert.Equal(("stopped", 0), (await _host.StatusAsync(), await _host.PidAsync()));
            Assert.Equal($"container \"{_host.Id}\" is not running", await _host.RefusedAsync("kill", _host.Id, "KILL"));
            Assert.Contains("it is stopped", await _host.RefusedAsync("start", _host.Id), StringComparison.Ordinal);
            Assert.Contains("it is stopped", await _host.RefusedAsync(new Call("exec", _host.Id, "true"), 255), StringComparison.Ordinal);
            Assert.Contains("it is stopped", await _host.RefusedAsync("pause", _host.Id), StringComparison.Ordinal);
            await _host.OutputAsync("delete", "--force", _host.Id);
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
            RemoveCgroups();
        }
    }

    /// <summary>The control: with everything right the same process is the container's.</summary>
    [Fact]
    public async Task A_process_of_which_pid_start_and_boot_are_right_is_the_containers()
    {
        await _host.RunDetachedAsync("true");
        await _host.UntilAsync("stopped");
        using var stranger = Process.Start(new ProcessStartInfo("/bin/sleep", ["1000"]) { UseShellExecute = false })!;
        await ForgeAsync(stranger.Id, wrong: "");
        Assert.Equal(("running", stranger.Id), (await _host.StatusAsync(), await _host.PidAsync()));
        await _host.OutputAsync("delete", "--force", _host.Id);
        await stranger.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(128 + 9, stranger.ExitCode);
    }

    [Fact]
    public async Task The_cgroup_of_an_earlier_boot_is_that_of_another()
    {
        await _host.RunDetachedAsync("sleep 1000");
        var pid = await _host.PidAsync();
        await ForgeAsync(pid, "bootId");
        Assert.Equal("stopped", await _host.StatusAsync());
        await _host.OutputAsync("delete", "--force", _host.Id);
        try
        {
            Assert.True(Directory.Exists($"/proc/{pid}"), "a process of the cgroup was killed");
        }
        finally
        {
            Assert.Equal(0, Sandbox.NativeRuntime.kill(pid, 9));
            await Eventually.IsAsync(() => Task.FromResult(!Directory.Exists($"/proc/{pid}")), "it does not end");
            RemoveCgroups();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"pid\":1}")]
    public async Task A_damaged_state_is_named_and_can_be_removed(string damage)
    {
        await _host.RunDetachedAsync("true");
        await _host.UntilAsync("stopped");
        await File.WriteAllTextAsync($"{_host.StateOf(_host.Id)}/state.json", damage, TestContext.Current.CancellationToken);
        foreach (var verb in (string[])["state", "start", "kill", "delete"])
        {
            Assert.StartsWith($"the state of container \"{_host.Id}\" is damaged (state.json: ", await _host.RefusedAsync(verb, _host.Id), StringComparison.Ordinal);
        }

        await _host.OutputAsync("delete", "--force", _host.Id);
        Assert.False(Directory.Exists(_host.StateOf(_host.Id)));
    }

    /// <summary>Those of an earlier boot are gone with it, and nobody else looks for them.</summary>
    void RemoveCgroups()
    {
        foreach (var cgroup in _host.Traces().Where(Directory.Exists))
        {
            Directory.Delete(cgroup);
        }
    }

    /// <summary>Writes another process into the state of a container.</summary>
    async Task ForgeAsync(int pid, string wrong)
    {
        var file = $"{_host.StateOf(_host.Id)}/state.json";
        var state = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!.AsObject();
        (state["pid"], state["startTime"]) = (pid, Processes.StartTime(pid));
        switch (wrong)
        {
            case "startTime":
                state["startTime"] = Processes.StartTime(pid) - 1;
                break;
            case "bootId":
                state["bootId"] = Guid.NewGuid().ToString();
                break;
        }

        await File.WriteAllTextAsync(file, state.ToJsonString(new JsonSerializerOptions()), TestContext.Current.CancellationToken);
    }
}
