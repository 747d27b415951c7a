namespace MiniRun.Cli.Tests.Commands;

/// <summary>Each command line, the requests it becomes, and what is printed.</summary>
public sealed class CommandTests
{
    const string Root = "/api/v1/containers";

    [Fact]
    public async Task Create_sends_every_option_and_the_words_after_the_dashes()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer($"POST {Root}", Samples.Container(more: ",\"warnings\":[\"limits not enforced\"]"), status: 201);
        Assert.Equal(0, await panel.RunAsync(
            "create", "web", "--image", "base", "--memory", "64m", "--cpus", "0.5", "--pids", "9",
            "-e", "A=1", "--env", "B=x y", "--network", "host", "--no-terminal", "--", "sh", "-c", "echo @x"));
        Assert.Equal(
            $$"""POST {{Root}} {"name":"web","image":"base","command":["sh","-c","echo @x"],"environment":["A=1","B=x y"],"memory":"64m","cpus":"0.5","pids":9,"network":"host","terminal":false}""",
            Assert.Single(panel.Requests));
        Assert.Equal("web\n", panel.Output.ToString());
        Assert.Equal("minirun: warning: limits not enforced\n", panel.Error.ToString());
    }

    [Theory]
    [InlineData(true, "", true)]
    [InlineData(false, "", false)]
    [InlineData(false, "-t", true)]
    [InlineData(true, "--no-terminal", false)]
    public async Task Create_asks_for_a_terminal_when_it_has_one_itself(bool terminal, string flag, bool asked)
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Terminal.IsTerminal = terminal;
        panel.Answer($"POST {Root}", Samples.Container(), status: 201);
        Assert.Equal(0, await panel.RunAsync(["create", "web", .. flag.Length > 0 ? new[] { flag } : []]));
        Assert.Contains($"\"terminal\":{(asked ? "true" : "false")}", panel.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("start web", "start")]
    [InlineData("stop web --grace 2.5", "stop?grace=2.5")]
    [InlineData("restart web", "restart")]
    [InlineData("kill web --signal HUP", "kill?signal=HUP")]
    public async Task An_act_is_one_request_and_prints_the_name(string line, string path)
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer($"POST {Root}/web/{path}", Samples.Transition());
        Assert.Equal(0, await panel.RunAsync(line.Split(' ')));
        Assert.Equal("web\n", panel.Output.ToString());
    }

    [Theory]
    [InlineData("delete web", "")]
    [InlineData("rm --force web", "?force=true")]
    public async Task Delete_may_be_forced(string line, string query)
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer($"DELETE {Root}/web{query}", "", status: 204);
        Assert.Equal(0, await panel.RunAsync(line.Split(' ')));
        Assert.Equal("web\n", panel.Output.ToString());
    }

    [Fact]
    public async Task Update_guards_its_change_with_the_revision_it_saw()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer($"GET {Root}/web", Samples.Container()).Answer($"PATCH {Root}/web", Samples.Container("new"));
        Assert.Equal(0, await panel.RunAsync("update", "web", "--memory", "1g", "--name", "new"));
        Assert.Equal($$"""PATCH {{Root}}/web {"name":"new","memory":"1g"} "7" """.TrimEnd(), panel.Requests[1]);
        Assert.Equal("new\n", panel.Output.ToString());
    }

    [Fact]
    public async Task List_follows_the_pages_and_lines_its_columns_up()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer($"GET {Root}", $$"""{"items":[{{Samples.Container()}}],"nextCursor":"a b"}""")
            .Answer(
                $"GET {Root}?cursor=a%20b",
                $$"""{"items":[{{Samples.Container("database", "exited", ",\"exitCode\":137,\"outOfMemory\":true")}},{{Samples.Container("x", "created")}}]}""");
        Assert.Equal(0, await panel.RunAsync("ps"));
        Assert.Equal(
            """
            NAME      STATE    IMAGE  COMMAND       UPTIME/EXIT
            web       running  base   /bin/bash -l  3m 5s
            database  exited   base   /bin/bash -l  exit 137, out of memory
            x         created  base   /bin/bash -l  -

            """,
            panel.Output.ToString());
    }

    [Fact]
    public async Task List_and_inspect_print_json_for_programs()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer($"GET {Root}", $$"""{"items":[{{Samples.Container()}}]}""")
            .Answer($"GET {Root}/web", Samples.Container(more: ",\"newerField\":1"));
        Assert.Equal(0, await panel.RunAsync("list", "--json"));
        Assert.StartsWith("[\n  {\n    \"id\": \"0123456789abcdef\"", panel.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await panel.RunAsync("inspect", "web"));
        Assert.Contains("\"newerField\": 1", panel.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_are_copied_byte_by_byte()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer($"GET {Root}/web/logs?tail=5&follow=true", "one\ntwo\n");
        Assert.Equal(0, await panel.RunAsync("logs", "web", "-f", "--tail", "5"));
        Assert.Equal("one\ntwo\n", panel.Terminal.Printed);
    }

    [Fact]
    public async Task Stats_set_use_against_limits()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer(
            $"GET {Root}/web/stats",
            """{"time":"2026-01-02T03:04:05Z","cpus":0.25,"cpuTimeMs":61000,"memoryBytes":1572864,"pids":3,"limits":{"memoryBytes":536870912,"cpus":0.5}}""");
        Assert.Equal(0, await panel.RunAsync("stats", "web"));
        Assert.Equal(
            """
            NAME  CPUS        CPU TIME  MEMORY             PIDS
            web   0.25 / 0.5  1m 1s     1.5 MiB / 512 MiB  3 / unlimited

            """,
            panel.Output.ToString());
    }

    [Fact]
    public async Task Setup_url_and_health_print_one_line()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer("POST /api/v1/sign-in/links", """{"url":"http://localhost:8080/s/x","expiresAt":"2026-01-02T03:04:05Z"}""", status: 201)
            .Answer("GET /health", """{"status":"ok","version":"0.1.0"}""");
        Assert.Equal(0, await panel.RunAsync("setup-url"));
        Assert.Equal(0, await panel.RunAsync("health"));
        Assert.Equal("http://localhost:8080/s/x\nok (MiniRun 0.1.0)\n", panel.Output.ToString());
    }

    [Theory]
    [InlineData("create web -t --no-terminal", "exclude each other")]
    [InlineData("create web --network bridge", "bridge")]
    [InlineData("update web", "Nothing to change")]
    [InlineData("start ..", "not a name")]
    [InlineData("start", "NAME")]
    [InlineData("--host nowhere list", "is not a URL")]
    [InlineData("--host http://localhost:1 --token-file /nowhere list", "--token-file")]
    public async Task A_bad_command_line_is_refused_before_any_request(string line, string sentence)
    {
        await using var panel = await PanelStub.StartAsync();
        Assert.Equal(1, await panel.RunAsync(line.Split(' ')));
        Assert.Contains(sentence, panel.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(panel.Requests);
    }
}
