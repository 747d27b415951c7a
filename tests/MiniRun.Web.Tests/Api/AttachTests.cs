using System.Net;
using System.Net.WebSockets;
using System.Text;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Tests.Engine;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class AttachTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_go_both_ways_and_the_exit_closes()
    {
        var console = await ContainerAsync("ways");
        using var socket = await OpenAsync("ways", "?columns=100&rows=30");
        console.Output.Writer.TryWrite(new ConsoleOutput(OutputStream.Stdout, "hello"u8.ToArray()));
        Assert.Equal((WebSocketMessageType.Binary, "hello"), await ReceiveAsync(socket));

        await socket.SendAsync("ls\n"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: true, Token);
        Assert.Equal("ls\n"u8.ToArray(), await console.Input.Reader.ReadAsync(Token));
        await SendTextAsync(socket, """{"resize":{"columns":120,"rows":40}}""");
        await SendTextAsync(socket, """{"closeInput":true}""");
        await console.Input.Reader.Completion.WaitAsync(TimeSpan.FromSeconds(5), Token);
        Assert.Equal([(100, 30), (120, 40)], console.Sizes);

        console.Output.Writer.TryWrite(new ConsoleSkipped(7));
        Assert.Equal((WebSocketMessageType.Text, """{"skipped":7}"""), await ReceiveAsync(socket));
        console.Output.Writer.TryWrite(new ConsoleExited(3, OutOfMemory: true));
        console.Output.Writer.Complete();
        Assert.Equal((WebSocketMessageType.Text, """{"exited":{"exitCode":3,"outOfMemory":true}}"""), await ReceiveAsync(socket));
        Assert.Equal(WebSocketMessageType.Close, (await ReceiveAsync(socket)).Type);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task The_console_is_let_go_when_the_client_leaves()
    {
        var console = await ContainerAsync("left");
        using var socket = await OpenAsync("left");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await Wait.UntilAsync(() => console.Disposed);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"resize":{"columns":0,"rows":1}}""")]
    public async Task A_bad_control_message_closes_with_the_reason(string message)
    {
        await ContainerAsync("bad-" + message.Length);
        using var socket = await OpenAsync("bad-" + message.Length);
        await SendTextAsync(socket, message);
        Assert.Equal(WebSocketMessageType.Close, (await ReceiveAsync(socket)).Type);
        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, socket.CloseStatus);
        Assert.Contains("resize", socket.CloseStatusDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_request_is_told_to_upgrade()
    {
        await ContainerAsync("ordinary");
        using var client = host.WithToken();
        using var response = await client.GetAsync("/containers/ordinary/attach", Token);
        await Json.ProblemAsync(response, HttpStatusCode.UpgradeRequired);
    }

    async Task<FakeConsoleSession> ContainerAsync(string name)
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body($$"""{"name":"{{name}}"}"""), Token);
        created.EnsureSuccessStatusCode();
        return host.Engine.Consoles[name] = new FakeConsoleSession(terminal: true);
    }

    async Task<ClientWebSocket> OpenAsync(string name, string query = "")
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + host.Token);
        await socket.ConnectAsync(new Uri($"ws://{host.Http.Authority}/api/v1/containers/{name}/attach{query}"), Token);
        return socket;
    }

    static Task SendTextAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Token);

    static async Task<(WebSocketMessageType Type, string Text)> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        var result = await socket.ReceiveAsync(buffer, Token).WaitAsync(TimeSpan.FromSeconds(5), Token);
        return (result.MessageType, Encoding.UTF8.GetString(buffer, 0, result.Count));
    }
}
