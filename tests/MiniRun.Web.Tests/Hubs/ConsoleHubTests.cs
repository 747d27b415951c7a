using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Hubs;
using MiniRun.Web.Tests.Engine;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Hubs;

public sealed class ConsoleHubTests : IDisposable
{
    readonly PanelHost _host = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Hello_comes_first_and_exited_last()
    {
        var console = await ContainerAsync("first");
        await using var connection = await HubClient.ConnectAsync(_host, "console");
        console.Output.Writer.TryWrite(new ConsoleOutput(OutputStream.Stderr, "hi"u8.ToArray()));
        console.Output.Writer.TryWrite(new ConsoleSkipped(9));
        console.Output.Writer.TryWrite(new ConsoleExited(137, OutOfMemory: true));
        console.Output.Writer.Complete();
        var frames = new List<ConsoleFrame>();
        await foreach (var frame in connection.StreamAsync<ConsoleFrame>("Attach", "first", 100, 30, Token))
        {
            frames.Add(frame);
        }

        Assert.Equal(["hello", "output", "skipped", "exited"], frames.Select(static f => f.Kind));
        Assert.True(frames[0].Terminal);
        Assert.Equal((2, "hi"), (frames[1].Stream, System.Text.Encoding.UTF8.GetString(frames[1].Data!)));
        Assert.Equal(9, frames[2].Skipped);
        Assert.Equal((137, true), (frames[3].ExitCode, frames[3].OutOfMemory));
        await Wait.UntilAsync(() => console.Disposed);
    }

    [Fact]
    public async Task Typing_and_resizing_reach_the_console()
    {
        var console = await ContainerAsync("typed");
        await using var connection = await HubClient.ConnectAsync(_host, "console");
        var frames = await AttachAsync(connection, "typed");
        await connection.InvokeAsync("Input", "ls\n"u8.ToArray(), Token);
        Assert.Equal("ls\n"u8.ToArray(), await console.Input.Reader.ReadAsync(Token));
        await connection.InvokeAsync("Resize", 120, 40, Token);
        Assert.Equal([(80, 24), (120, 40)], console.Sizes);
        await RefusedAsync(() => connection.InvokeAsync("Input", new byte[(32 << 10) + 1], Token), "32768");
        await RefusedAsync(() => connection.InvokeAsync("Resize", 0, 40, Token), "1 to 1000");
        Assert.False(frames.Completion.IsCompleted);
    }

    [Fact]
    public async Task Without_credit_no_more_than_the_window_arrives()
    {
        const int Chunk = 64 << 10;
        var console = await ContainerAsync("flood");
        await using var connection = await HubClient.ConnectAsync(_host, "console");
        var frames = await AttachAsync(connection, "flood");
        for (var i = 0; i < 64; i++)
        {
            console.Output.Writer.TryWrite(new ConsoleOutput(OutputStream.Stdout, new byte[Chunk]));
        }

        var received = 0;
        await Wait.UntilAsync(() => Drain() > ConsoleCredit.Window);
        await Task.Delay(500, Token);
        Assert.InRange(Drain(), ConsoleCredit.Window + 1, ConsoleCredit.Window + Chunk);

        await connection.InvokeAsync("Credit", received, Token);
        var before = received;
        await Wait.UntilAsync(() => Drain() > before + ConsoleCredit.Window);
        await Task.Delay(500, Token);
        Assert.InRange(Drain() - before, ConsoleCredit.Window + 1, ConsoleCredit.Window + Chunk);

        int Drain()
        {
            while (frames.TryRead(out var frame))
            {
                received += frame.Data?.Length ?? 0;
            }

            return received;
        }
    }

    [Fact]
    public async Task A_container_that_reads_nothing_does_not_hold_back_the_credits()
    {
        var console = await ContainerAsync("deaf");
        console.InputGate = new TaskCompletionSource();
        await using var connection = await HubClient.ConnectAsync(_host, "console");
        await AttachAsync(connection, "deaf");
        for (var i = 0; i < 20; i++)
        {
            await connection.InvokeAsync("Input", "x"u8.ToArray(), Token).WaitAsync(TimeSpan.FromSeconds(5), Token);
        }

        await connection.InvokeAsync("Credit", 1, Token).WaitAsync(TimeSpan.FromSeconds(5), Token);
        await RefusedAsync(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    await connection.InvokeAsync("Input", "x"u8.ToArray(), Token);
                }
            },
            "send less");
    }

    [Fact]
    public async Task The_console_is_let_go_with_its_connection_and_by_the_next_attach()
    {
        var console = await ContainerAsync("one");
        var other = await ContainerAsync("two");
        var connection = await HubClient.ConnectAsync(_host, "console");
        await RefusedAsync(() => connection.InvokeAsync("Credit", 1, Token), "Attach first");
        await AttachAsync(connection, "one");
        await AttachAsync(connection, "two");
        await Wait.UntilAsync(() => console.Disposed);
        Assert.False(other.Disposed);
        await connection.DisposeAsync();
        await Wait.UntilAsync(() => other.Disposed);
    }

    [Fact]
    public async Task An_unknown_container_fails_the_stream_with_a_sentence()
    {
        _host.Start();
        await using var connection = await HubClient.ConnectAsync(_host, "console");
        await RefusedAsync(
            async () => await connection.StreamAsync<ConsoleFrame>("Attach", "absent", 80, 24, Token).GetAsyncEnumerator(Token).MoveNextAsync(),
            "No container is named \"absent\"");
    }

    async Task<FakeConsoleSession> ContainerAsync(string name)
    {
        _host.Start();
        await _host.Engine.CreateAsync(new ContainerRequest { Name = name }, Token);
        return _host.Engine.Consoles[name] = new FakeConsoleSession(terminal: true);
    }

    static async Task<ChannelReader<ConsoleFrame>> AttachAsync(HubConnection connection, string name)
    {
        var frames = await connection.StreamAsChannelAsync<ConsoleFrame>("Attach", name, 80, 24, Token);
        Assert.Equal("hello", (await frames.ReadAsync(Token)).Kind);
        return frames;
    }

    static async Task RefusedAsync(Func<Task> call, string words) =>
        Assert.Contains(words, (await Assert.ThrowsAsync<HubException>(call)).Message, StringComparison.Ordinal);
}
