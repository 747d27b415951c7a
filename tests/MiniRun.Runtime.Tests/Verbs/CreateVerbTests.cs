using System.Globalization;
using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class CreateVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_created_container_waits_and_a_started_one_runs()
    {
        var bundle = _host.Bundle("echo ran > /ran; sleep 1000");
        await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
        var state = await _host.StateAsync();
        Assert.Equal(("created", _host.Id, bundle), (state.GetProperty("status").GetString(), state.GetProperty("id").GetString(), state.GetProperty("bundle").GetString()));
        Assert.True(Directory.Exists($"/proc/{state.GetProperty("pid").GetInt32()}"));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(File.Exists($"{bundle}/rootfs/ran"));

        await _host.OutputAsync("start", _host.Id);
        Assert.Equal("running", await _host.StatusAsync());
        await Eventually.IsAsync(() => Task.FromResult(File.Exists($"{bundle}/rootfs/ran")), "its program does not run");
    }

    [Fact]
    public async Task The_bundle_is_the_callers_folder_when_none_is_named()
    {
        var bundle = _host.Bundle("true");
        await _host.RunAsync(new Call("create", _host.Id) { Folder = bundle });
        Assert.Equal(bundle, (await _host.StateAsync()).GetProperty("bundle").GetString());
    }

    [Fact]
    public async Task Relative_paths_are_below_the_callers_folder()
    {
        var bundle = _host.Bundle("true");
        var outcome = await _host.RunAsync(new Call("create", "--bundle", Path.GetFileName(bundle), "--pid-file", $"{Path.GetFileName(bundle)}/pid", _host.Id)
        {
            Folder = Path.GetDirectoryName(bundle)!,
        });
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Equal(await _host.PidAsync(), int.Parse(File.ReadAllText($"{bundle}/pid"), CultureInfo.InvariantCulture));
        Assert.Equal(["config.json", "pid", "rootfs"], Directory.GetFileSystemEntries(bundle).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    /// <summary>Callers that wait for the file read it as soon as there is one: it is never there and empty.</summary>
    [Fact]
    public async Task The_pid_file_appears_whole()
    {
        File.WriteAllText(_host["pid"], "old");
        using var before = new StreamReader(_host["pid"]);
        await _host.OutputAsync("create", "--bundle", _host.Bundle("true"), "--pid-file", _host["pid"], _host.Id);
        Assert.Equal((await _host.PidAsync()).ToString(CultureInfo.InvariantCulture), File.ReadAllText(_host["pid"]));
        // Another file has taken its place, and nothing was written into this one.
        Assert.Equal("old", await before.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_program_gets_the_callers_streams()
    {
        var bundle = _host.Bundle("cat; echo problem >&2");
        File.WriteAllText(_host["input"], "typed\n");
        using var create = _host.Start(new Call("create", "--bundle", bundle, _host.Id) { Input = _host["input"] });
        await create.EndAsync();
        await _host.OutputAsync("start", _host.Id);
        await create.UntilAsync("typed\n");
        await _host.UntilAsync("stopped");
        Assert.Equal("problem\n", create.Error);
    }

    /// <summary>Profiles that are older than the call, as those of the public validation suite, refuse it.</summary>
    [Fact]
    public async Task A_profile_without_close_range_starts()
    {
        var bundle = _host.Bundle("cat /proc/self/status", config =>
        {
            config["process"]!["noNewPrivileges"] = false;
            config["linux"]!["seccomp"] = System.Text.Json.Nodes.JsonNode.Parse("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["close_range"],"action":"SCMP_ACT_ERRNO"}]}""");
        });
        Assert.Contains("Seccomp:\t2", await _host.OutputAsync("run", "--bundle", bundle, _host.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_working_directory_that_is_missing_is_made_in_a_read_only_root()
    {
        var bundle = _host.Bundle("pwd; touch here", config =>
        {
            config["root"]!["readonly"] = true;
            config["process"]!["cwd"] = "/not/there";
        });
        var outcome = await _host.RunAsync("run", "--bundle", bundle, _host.Id);
        Assert.Equal("/not/there\n", outcome.Output);
        Assert.Contains("Read-only file system", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_is_taken_until_it_is_deleted()
    {
        var bundle = _host.Bundle("true");
        await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
        var pid = await _host.PidAsync();
        Assert.Contains($"container with id exists: {_host.Id}", await _host.RefusedAsync("create", "--bundle", bundle, _host.Id), StringComparison.Ordinal);
        Assert.Equal(("created", pid), (await _host.StatusAsync(), await _host.PidAsync()));

        await _host.OutputAsync("delete", "--force", _host.Id);
        await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("-x")]
    [InlineData("a\nb")]
    [InlineData("ä")]
    public async Task An_id_that_could_lead_elsewhere_is_refused(string id)
    {
        var line = await _host.RefusedAsync("create", "--bundle", _host.Bundle("true"), "--", id);
        Assert.StartsWith("invalid container ID", line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_host.Root) && Directory.GetFileSystemEntries(_host.Root).Length > 0);
    }

    [Fact]
    public async Task A_change_of_the_bundle_does_not_change_a_created_container()
    {
        var bundle = _host.Bundle("true", config => config["annotations"] = new JsonObject { ["a"] = "before" });
        await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
        File.WriteAllText($"{bundle}/config.json", File.ReadAllText($"{bundle}/config.json").Replace("before", "after", StringComparison.Ordinal));
        Assert.Equal("before", (await _host.StateAsync()).GetProperty("annotations").GetProperty("a").GetString());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("--preserve-fds=2", "3\n4\n")]
    public async Task Descriptors_are_handed_over_as_asked_and_no_others(string option, string expected)
    {
        var bundle = _host.Bundle("for n in 3 4 5 6 7 8 9 10 11 12 13 14 15; do [ -e /proc/self/fd/$n ] && echo $n; done; true");
        string[] options = option.Length > 0 ? [option] : [];
        var outcome = await _host.RunAsync(new Call(["run", "--bundle", bundle, .. options, _host.Id]) { Before = "exec 3</etc/hostname 4</etc/hostname 5</etc/hostname 9</etc/hostname" });
        Assert.Equal((0, expected, ""), (outcome.ExitCode, outcome.Output, outcome.Error));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2147483647")]
    public async Task A_descriptor_that_the_caller_does_not_have_cannot_be_handed_over(string count) =>
        Assert.Equal("--preserve-fds: descriptor 3 is not open", await _host.RefusedAsync("create", "--bundle", _host.Bundle("true"), "--preserve-fds", count, _host.Id));

    [Fact]
    public async Task A_terminal_needs_somebody_who_holds_it()
    {
        var bundle = _host.Bundle("true", config => config["process"]!["terminal"] = true);
        Assert.StartsWith("--console-socket: is missing", await _host.RefusedAsync("create", "--bundle", bundle, _host.Id), StringComparison.Ordinal);
        Assert.StartsWith("--console-socket: is missing", await _host.RefusedAsync("run", "--detach", "--bundle", bundle, _host.Id), StringComparison.Ordinal);
        Assert.StartsWith(
            "--console-socket: there is no terminal", await _host.RefusedAsync("create", "--bundle", _host.Bundle("true"), "--console-socket", _host["socket"], _host.Id), StringComparison.Ordinal);
    }
}
