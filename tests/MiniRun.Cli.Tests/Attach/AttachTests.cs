using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MiniRun.Cli.Tests.Attach;

public sealed class AttachTests
{
    const string Get = "GET /api/v1/containers/web";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_go_in_output_comes_out_and_the_exit_code_is_the_programs()
    {
        await using var panel = await StartAsync(terminal: true, async socket =>
        {
            Assert.Equal("text {\"resize\":{\"columns\":120,\"rows\":40}}", await ReceiveAsync(socket));
            await SendAsync(socket, "$ ");
            Assert.Equal("binary echo hi\r", await ReceiveAsync(socket));
            await SendAsync(socket, "hi\r\n");
            await SendAsync(socket, """{"skipped":1234}""", WebSocketMessageType.Text);
            await SendAsync(socket, """{"exited":{"exitCode":42,"outOfMemory":true}}""", WebSocketMessageType.Text);
        });
        var running = panel.RunAsync("attach", "web");
        await UntilAsync(() => panel.Terminal.IsRaw && panel.Requests.Count == 2);
        await UntilAsync(() => panel.Terminal.HasResizeListener);
        panel.Terminal.Resize(120, 40);
        await UntilAsync(() => panel.Terminal.Printed == "$ ");
        await panel.Terminal.TypeAsync("echo hi\r");
        Assert.Equal(42, await running.WaitAsync(TimeSpan.FromSeconds(20), Stop));
        Assert.Equal("$ hi\r\n", panel.Terminal.Printed);
        Assert.Contains("1234 bytes of output were skipped", panel.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("out of memory", panel.Error.ToString(), StringComparison.Ordinal);
        Assert.False(panel.Terminal.IsRaw);
        Assert.Equal("GET /api/v1/containers/web/attach?columns=100&rows=30", panel.Requests[^1]);
    }

    [Fact]
    public async Task Ctrl_p_ctrl_q_detaches_with_a_hint_and_gives_the_terminal_back()
    {
        await using var panel = await StartAsync(terminal: true, async socket =>
        {
            Assert.Equal("binary ls", await ReceiveAsync(socket));
            await ReceiveAsync(socket);
        });
        var running = panel.RunAsync("attach", "web");
        await panel.Terminal.TypeAsync("ls\x10\x11");
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(20), Stop));
        Assert.Contains("minirun attach web", panel.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal((1, false), (panel.Terminal.RawSessions, panel.Terminal.IsRaw));
    }

    [Fact]
    public async Task Pipes_are_passed_on_as_they_are_and_their_end_closes_the_input()
    {
        await using var panel = await StartAsync(terminal: false, async socket =>
        {
            Assert.Equal("binary a\x10\x11", await ReceiveAsync(socket));
            Assert.Equal("text {\"closeInput\":true}", await ReceiveAsync(socket));
            await SendAsync(socket, "done");
            await SendAsync(socket, """{"exited":{"exitCode":0,"outOfMemory":false}}""", WebSocketMessageType.Text);
        });
        await panel.Terminal.TypeAsync("a\x10\x11");
        panel.Terminal.CloseInput();
        Assert.Equal(0, await panel.RunAsync("attach", "web").WaitAsync(TimeSpan.FromSeconds(20), Stop));
        Assert.Equal(("done", 0), (panel.Terminal.Printed, panel.Terminal.RawSessions));
        Assert.Equal("GET /api/v1/containers/web/attach", panel.Requests[^1]);
    }

    [Fact]
    public async Task A_connection_that_ends_early_is_a_sentence_and_a_failure()
    {
        await using var panel = await StartAsync(
            terminal: true, socket => socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "stopping", Stop));
        Assert.Equal(1, await panel.RunAsync("attach", "web").WaitAsync(TimeSpan.FromSeconds(20), Stop));
        Assert.Contains("the container goes on: attach again", panel.Error.ToString(), StringComparison.Ordinal);
        Assert.False(panel.Terminal.IsRaw);
    }

    [Fact]
    public async Task A_start_that_was_over_before_its_console_prints_the_output_and_returns_the_code()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Terminal.IsTerminal = true;
        panel.Answer("POST /api/v1/containers/web/start", Samples.Transition())
            .Answer("GET /api/v1/containers/web/attach", "{}", status: 409)
            .Answer(Get, Samples.Container(state: "exited", more: ",\"exitCode\":3"))
            .Answer("GET /api/v1/containers/web/logs", "short\n");
        Assert.Equal(3, await panel.RunAsync("start", "web"));
        Assert.Equal("short\n", panel.Terminal.Printed);
    }

    [Fact]
    public async Task A_container_that_does_not_run_has_no_console()
    {
        await using var panel = await PanelStub.StartAsync();
        panel.Answer(Get, Samples.Container(state: "created")).Answer("GET /api/v1/containers/web/attach", "{}", status: 409);
        Assert.Equal(1, await panel.RunAsync("attach", "web"));
        Assert.Contains("start it with minirun start web", panel.Error.ToString(), StringComparison.Ordinal);
    }

    static async Task<PanelStub> StartAsync(bool terminal, Func<WebSocket, Task> serve)
    {
        var panel = await PanelStub.StartAsync();
        panel.Terminal.IsTerminal = terminal;
        panel.Answer(Get, Samples.Container(more: terminal ? ",\"terminal\":true" : ""));
        panel.Answers[Get + "/attach" + (terminal ? "?columns=100&rows=30" : "")] = async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await serve(socket);
        };
        return panel;
    }

    static async Task<string> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, Stop);
        return $"{(received.MessageType == WebSocketMessageType.Text ? "text" : "binary")} {Encoding.UTF8.GetString(buffer, 0, received.Count)}";
    }

    static Task SendAsync(WebSocket socket, string text, WebSocketMessageType type = WebSocketMessageType.Binary) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), type, endOfMessage: true, Stop);

    static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5, Stop);
        }
    }
}
