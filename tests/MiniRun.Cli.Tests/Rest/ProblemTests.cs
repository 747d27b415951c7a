namespace MiniRun.Cli.Tests.Rest;

public sealed class ProblemTests
{
    const string Start = "POST /api/v1/containers/web/start";

    [Theory]
    [InlineData("""{"detail":"No container is named web."}""", "minirun: No container is named web.\n")]
    [InlineData("""{"title":"Bad request","errors":{"memory":["too small","use 4m"]}}""", "minirun: Bad request\n  memory: too small use 4m\n")]
    [InlineData(
        """{"detail":"The start failed.","step":31,"steps":64,"syscall":"mount(proc)","path":"/proc","errno":"EPERM","hint":"masked"}""",
        "minirun: The start failed.\n  step 31 of 64: mount(proc) on /proc: EPERM\n  hint: masked\n")]
    [InlineData("<html>", "minirun: the panel answered 500.\n")]
    public async Task A_problem_is_printed_as_sentences(string body, string printed)
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer(Start, body, status: 500);
        Assert.Equal(1, await panel.RunAsync("start", "web"));
        Assert.Equal(printed, panel.Error.ToString());
        Assert.Empty(panel.Output.ToString());
    }

    [Fact]
    public async Task A_panel_that_wants_a_token_says_how_to_give_one()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer(Start, "", status: 401);
        Assert.Equal(1, await panel.RunAsync("start", "web"));
        Assert.Contains("--token-file FILE", panel.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_program_at_the_address_is_recognized()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer(Start, "hello");
        Assert.Equal(1, await panel.RunAsync("start", "web"));
        Assert.Contains("not MiniRun's JSON", panel.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_panel_that_is_not_there_is_named_with_the_way_to_start_it()
    {
        await using var panel = await PanelStub.StartAsync();
        File.Delete(Path.Join(panel.Folder, "minirun.sock"));
        Assert.Equal(1, await panel.RunAsync("list"));
        Assert.Equal(
            $"minirun: the panel does not answer at {panel.Folder}/minirun.sock: start it with sudo ./run.sh.\n", panel.Error.ToString());
    }
}
