using System.Globalization;
using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

[Trait("Category", "Integration")]
public sealed class ExecVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public async ValueTask InitializeAsync() => await _host.RunDetachedAsync("sleep 1000");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 9", 9)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -KILL $$", 137)]
    public async Task The_exit_code_is_the_programs(string script, int code)
    {
        var outcome = await _host.RunAsync("exec", _host.Id, "sh", "-c", "echo out; echo problem >&2; " + script);
        Assert.Equal((code, "out\n", "problem\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
    }

    [Theory]
    [InlineData("not-there", "no such file or directory")]
    [InlineData("/bin", "permission denied")]
    public async Task What_cannot_be_started_is_255(string program, string reason) =>
        Assert.Contains(reason, await _host.RefusedAsync(new Call("exec", _host.Id, program), 255), StringComparison.Ordinal);

    [Fact]
    public async Task Usage_that_is_wrong_is_255_as_well()
    {
        Assert.Equal("ID: is missing", await _host.RefusedAsync(new Call("exec"), 255));
        Assert.Equal("COMMAND: is missing", await _host.RefusedAsync(new Call("exec", _host.Id), 255));
        Assert.Equal($"container \"{_host.Id}x\" does not exist", await _host.RefusedAsync(new Call("exec", _host.Id + "x", "true"), 255));
        Assert.StartsWith("--nonsense: unknown option", await _host.RefusedAsync(new Call("exec", "--nonsense", _host.Id, "true"), 255), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_in_every_namespace_and_cgroup_of_the_container()
    {
        var first = await _host.PidAsync();
        using var exec = _host.Start("exec", "--pid-file", _host["pid"], _host.Id, "sleep", "1000");
        await Eventually.IsAsync(() => Task.FromResult(File.Exists(_host["pid"])), "it was not started");
        var second = int.Parse(File.ReadAllText(_host["pid"]), CultureInfo.InvariantCulture);
        foreach (var name in (string[])["pid", "mnt", "ipc", "uts", "net", "user", "cgroup"])
        {
            Assert.Equal(new FileInfo($"/proc/{first}/ns/{name}").LinkTarget, new FileInfo($"/proc/{second}/ns/{name}").LinkTarget);
        }

        Assert.Equal(File.ReadAllText($"/proc/{first}/cgroup"), File.ReadAllText($"/proc/{second}/cgroup"));
        Assert.Equal(Facts(first), Facts(second));
        Assert.Equal(["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"], File.ReadLines($"/proc/{second}/status").Where(
            line => line.StartsWith("SigBlk", StringComparison.Ordinal) || line.StartsWith("SigIgn", StringComparison.Ordinal)));
        await _host.OutputAsync("kill", _host.Id, "KILL");
        Assert.Equal(137, (await exec.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Detached_it_is_0_once_it_runs_and_goes_on_by_itself()
    {
        Assert.Equal("", await _host.OutputAsync("exec", "--detach", "--pid-file", _host["pid"], _host.Id, "sleep", "1000"));
        var pid = int.Parse(File.ReadAllText(_host["pid"]), CultureInfo.InvariantCulture);
        Assert.Equal("sleep\01000\0", File.ReadAllText($"/proc/{pid}/cmdline"));
        Assert.Contains("no such file", await _host.RefusedAsync(new Call("exec", "--detach", _host.Id, "not-there"), 255), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_nobody_learns_of_does_not_run()
    {
        var line = await _host.RefusedAsync(new Call("exec", "--detach", "--pid-file", "/not/there/pid", _host.Id, "sleep", "1234"), 255);
        Assert.Contains("/not/there", line, StringComparison.Ordinal);
        Assert.Single((await _host.OutputAsync("ps", "--format", "json", _host.Id)).Split(','));
    }

    [Fact]
    public async Task A_process_can_come_from_a_file()
    {
        File.WriteAllText(_host["process.json"], new JsonObject
        {
            ["args"] = new JsonArray("sh", "-c", "id -u; pwd; echo $A; echo $HOME; ulimit -n"),
            ["env"] = new JsonArray("PATH=/bin", "A=1", "A=2"),
            ["cwd"] = "/tmp",
            ["user"] = new JsonObject { ["uid"] = 7, ["gid"] = 8 },
            ["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NOFILE", ["soft"] = 55, ["hard"] = 55 }),
        }.ToJsonString());
        Assert.Equal("7\n/tmp\n2\n/\n55\n", await _host.OutputAsync("exec", "--process", _host["process.json"], _host.Id));
        Assert.Contains("with --process the command is the file's", await _host.RefusedAsync(new Call("exec", "--process", _host["process.json"], _host.Id, "true"), 255), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "$.args")]
    [InlineData("{\"args\":[\"a\"]}", "$.cwd")]
    [InlineData("{\"args\":[],\"cwd\":\"/\"}", "$.args")]
    [InlineData("{\"args\":[\"a\"],\"cwd\":\"b\"}", "$.cwd")]
    [InlineData("[]", "$")]
    [InlineData("", "$")]
    public async Task A_file_that_is_no_process_is_named_by_its_path(string document, string path)
    {
        File.WriteAllText(_host["process.json"], document);
        Assert.StartsWith($"{path}: ", await _host.RefusedAsync(new Call("exec", "--process", _host["process.json"], _host.Id), 255), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_runs_takes_another_process()
    {
        await _host.OutputAsync("pause", _host.Id);
        Assert.Contains("use --ignore-paused", await _host.RefusedAsync(new Call("exec", _host.Id, "true"), 255), StringComparison.Ordinal);
        using (var exec = _host.Start("exec", "--ignore-paused", _host.Id, "echo", "thawed"))
        {
            await _host.OutputAsync("resume", _host.Id);
            Assert.Equal((0, "thawed\n"), (await exec.EndAsync() is var outcome ? (outcome.ExitCode, outcome.Output) : default));
        }

        await _host.OutputAsync("kill", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
        Assert.Equal($"cannot exec in container \"{_host.Id}\": it is stopped", await _host.RefusedAsync(new Call("exec", _host.Id, "true"), 255));
    }

    [Fact]
    public async Task Signals_are_handed_on()
    {
        using var exec = _host.Start("exec", _host.Id, "sh", "-c", "trap 'echo got TERM; exit 4' TERM; echo ready; while :; do sleep 0.05; done");
        await exec.UntilAsync("ready\n");
        exec.Kill(15);
        Assert.Equal(4, (await exec.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_terminal_is_connected_with_the_callers()
    {
        await using var caller = new CallerTerminal(91, 21);
        using var exec = _host.Start(new Call("exec", "--tty", _host.Id, "sh", "-c", "tty; stty size; trap 'stty size' WINCH; echo ready; while :; do read line && break; done; echo \"got $line\"; exit 3") { Terminal = caller.Path });
        await caller.Master.UntilAsync("/dev/pts/0\r\n21 91\r\nready\r\n");
        caller.Master.Resize(60, 11);
        await caller.Master.UntilAsync("11 60\r\n");
        caller.Master.Type("hello\r");
        Assert.Equal(3, (await exec.EndAsync()).ExitCode);
        await caller.Master.UntilAsync("got hello\r\n");
        Assert.True(caller.IsCooked);
    }

    [Fact]
    public async Task A_terminal_is_handed_to_who_listens()
    {
        using var socket = new ConsoleSocket(_host["console"]);
        var executing = _host.OutputAsync("exec", "--detach", "--tty", "--console-socket", socket.Path, _host.Id, "sh", "-c", "echo ready; read line; echo \"got $line\"; sleep 1000");
        await using var console = await socket.AcceptAsync();
        await executing;
        Assert.True(console.AddsCarriageReturns);
        await console.UntilAsync("ready\r\n");
        console.Type("hello\n");
        await console.UntilAsync("got hello\r\n");
    }

    [Fact]
    public async Task A_terminal_needs_somebody_who_holds_it()
    {
        Assert.StartsWith("--console-socket: is missing", await _host.RefusedAsync(new Call("exec", "--detach", "--tty", _host.Id, "true"), 255), StringComparison.Ordinal);
        Assert.StartsWith("--console-socket: there is no terminal", await _host.RefusedAsync(new Call("exec", "--console-socket", _host["x"], _host.Id, "true"), 255), StringComparison.Ordinal);
        Assert.Contains("ENOENT", await _host.RefusedAsync(new Call("exec", "--detach", "--tty", "--console-socket", _host["x"], _host.Id, "true"), 255), StringComparison.Ordinal);
    }

    /// <summary>Capabilities, no_new_privs, seccomp and groups.</summary>
    static List<string> Facts(int pid) =>
        [.. File.ReadLines($"/proc/{pid}/status").Where(line => line.StartsWith("Cap", StringComparison.Ordinal) || line.StartsWith("NoNewPrivs", StringComparison.Ordinal)
            || line.StartsWith("Seccomp:", StringComparison.Ordinal) || line.StartsWith("Uid", StringComparison.Ordinal) || line.StartsWith("Gid", StringComparison.Ordinal))];
}
