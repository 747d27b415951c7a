using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Containers with a terminal: handed to somebody else over a socket, or connected with the caller's own streams.</summary>
[Trait("Category", "Integration")]
public sealed class TerminalTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_master_that_create_sends_works()
    {
        using var socket = new ConsoleSocket(_host["console"]);
        var bundle = Bundle("stty size; tty; read line; echo \"got $line\"; sleep 1000", (100, 33));
        var creating = _host.OutputAsync("create", "--bundle", bundle, "--console-socket", socket.Path, _host.Id);
        await using var console = await socket.AcceptAsync();
        await creating;
        Assert.Equal((100, 33), console.Size);
        Assert.True(console.AddsCarriageReturns);

        await _host.OutputAsync("start", _host.Id);
        await console.UntilAsync("33 100\r\n/dev/pts/0\r\n");
        console.Type("hello\n");
        await console.UntilAsync("got hello\r\n");
    }

    [Fact]
    public async Task A_caller_of_which_the_folder_is_deep_can_name_its_socket()
    {
        var folder = _host[string.Join('/', Enumerable.Repeat("twentyletterslongname", 6))];
        Directory.CreateDirectory(folder);
        Directory.CreateSymbolicLink(_host["short"], folder);
        using var socket = new ConsoleSocket(_host["short"] + "/console");
        var creating = _host.OutputAsync("create", "--bundle", Bundle("true"), "--console-socket", folder + "/console", _host.Id);
        await using var console = await socket.AcceptAsync();
        await creating;
    }

    [Fact]
    public async Task The_foreground_sits_at_the_callers_terminal()
    {
        await using var caller = new CallerTerminal(90, 20);
        using var run = _host.Start(new Call("run", "--bundle", Bundle("stty size; trap 'stty size' WINCH; echo ready; while :; do read line || continue; echo \"got $line\"; [ \"$line\" = end ] && exit 6; done"), _host.Id) { Terminal = caller.Path });
        await caller.Master.UntilAsync("20 90\r\nready\r\n");
        Assert.False(caller.IsCooked);

        caller.Master.Resize(70, 10);
        await caller.Master.UntilAsync("10 70\r\n");
        caller.Master.Type("hello\r");
        await caller.Master.UntilAsync("got hello\r\n");
        caller.Master.Type("end\r");
        Assert.Equal(6, (await run.EndAsync()).ExitCode);
        Assert.True(caller.IsCooked, "the caller's terminal was left as it was for the container");
    }

    [Fact]
    public async Task Keys_are_signals_in_the_container_and_not_here()
    {
        await using var caller = new CallerTerminal();
        using var run = _host.Start(new Call("run", "--bundle", Bundle("trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.05; done"), _host.Id) { Terminal = caller.Path });
        await caller.Master.UntilAsync("ready\r\n");
        caller.Master.Type("\u0003");
        Assert.Equal(5, (await run.EndAsync()).ExitCode);
        await caller.Master.UntilAsync("interrupted\r\n");
    }

    [Fact]
    public async Task Signals_to_the_foreground_are_handed_on()
    {
        await using var caller = new CallerTerminal();
        using var run = _host.Start(new Call("run", "--bundle", Bundle("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done"), _host.Id) { Terminal = caller.Path });
        await caller.Master.UntilAsync("ready\r\n");
        run.Kill(15);
        Assert.Equal(5, (await run.EndAsync()).ExitCode);
        Assert.True(caller.IsCooked);
    }

    [Fact]
    public async Task A_caller_without_a_terminal_has_its_streams_connected()
    {
        File.WriteAllText(_host["input"], "one\ntwo\n");
        var outcome = await _host.RunAsync(new Call("run", "--bundle", Bundle("tty; read a; read b; echo \"$a $b\""), _host.Id) { Input = _host["input"] });
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        // What is typed is shown too, by the container's terminal, at its own time.
        Assert.Contains("/dev/pts/0\n", outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith("one two\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_reads_no_more_does_not_hold_up_the_container()
    {
        var outcome = await _host.RunAsync(new Call("run", "--bundle", Bundle("seq 1 100000; exit 8"), _host.Id) { Before = "exec 1>&-; exec >/dev/full" });
        Assert.Equal(8, outcome.ExitCode);
    }

    [Fact]
    public async Task A_program_that_reads_nothing_does_not_hold_up_its_output()
    {
        File.WriteAllText(_host["input"], string.Concat(Enumerable.Repeat("a line that nobody reads\n", 40_000)));
        var outcome = await _host.RunAsync(new Call("run", "--bundle", Bundle("stty -echo raw; sleep 0.5; seq 1 5000; exit 8"), _host.Id) { Input = _host["input"] });
        Assert.Equal(8, outcome.ExitCode);
        Assert.EndsWith("5000\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_was_written_last_is_lost()
    {
        for (var round = 0; round < 10; round++)
        {
            Assert.EndsWith("\n2000\n", await _host.OutputAsync("run", "--bundle", Bundle("seq 1 2000"), _host.Id), StringComparison.Ordinal);
        }
    }

    string Bundle(string script, (int Width, int Height)? size = null) => _host.Bundle(script, config =>
    {
        config["process"]!["terminal"] = true;
        config["process"]!["consoleSize"] = size is { } given ? new JsonObject { ["width"] = given.Width, ["height"] = given.Height } : null;
    });
}
