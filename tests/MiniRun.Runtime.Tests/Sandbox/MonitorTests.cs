using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;
using MiniRun.Runtime.Tests.Engine;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>The monitor as its clients see it.</summary>
[Trait("Category", "Integration")]
public sealed class MonitorTests(SharedImages images) : IAsyncLifetime
{
    readonly EngineHost _host = new(images.Path);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _host.OpenAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Every_client_gets_what_was_written_before_it_came()
    {
        await StartAsync("echo first; read go; echo second");
        for (var i = 0; i < 3; i++)
        {
            await using var early = await _host.Engine.AttachAsync("c", Cancelled);
            Assert.Equal("first\n", await ReadAsync(early, text => text.EndsWith("first\n", StringComparison.Ordinal)));
        }

        await using var last = await _host.Engine.AttachAsync("c", Cancelled);
        await last.WriteAsync("go\n"u8.ToArray(), Cancelled);
        Assert.Equal("first\nsecond\n", await ReadAsync(last, _ => false));
    }

    [Fact]
    public async Task A_client_that_does_not_read_delays_nobody_and_learns_what_it_missed()
    {
        const int Lines = 200_000;
        await StartAsync($"read go; seq 1 {Lines}; echo end");
        await using var slow = await _host.Engine.AttachAsync("c", Cancelled);
        var events = slow.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        await using (events)
        {
            // Attached but not reading: the kernel's buffer fills, then the ring goes on without it.
            var first = events.MoveNextAsync();
            await slow.WriteAsync("go\n"u8.ToArray(), Cancelled);
            await AwaitAsync(async () => (await LastLineAsync())?.Text == "end");

            var (text, skipped) = (new StringBuilder(), 0L);
            for (var more = await first; more; more = await events.MoveNextAsync())
            {
                switch (events.Current)
                {
                    case ConsoleOutput output:
                        text.Append(Encoding.UTF8.GetString(output.Bytes.Span));
                        break;
                    case ConsoleSkipped gap:
                        skipped += gap.Bytes;
                        break;
                }
            }

            var written = Enumerable.Range(1, Lines).Sum(i => i.ToString(CultureInfo.InvariantCulture).Length + 1L) + "end\n".Length;
            Assert.True(skipped > 0, "nothing was skipped");
            Assert.Equal(written, text.Length + skipped);
            Assert.EndsWith("end\n", text.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_paste_of_a_megabyte_arrives_whole()
    {
        await StartAsync("wc -c");
        await using var console = await _host.Engine.AttachAsync("c", Cancelled);
        await console.WriteAsync(new byte[1 << 20], Cancelled);
        await console.CloseInputAsync(Cancelled);
        Assert.Equal("1048576\n", await ReadAsync(console, _ => false));
    }

    [Fact]
    public async Task Signals_to_the_monitor_do_not_end_it()
    {
        var container = await StartAsync("sleep 0.5; exit 9");
        var monitor = int.Parse(await MonitorOf(container), CultureInfo.InvariantCulture);
        foreach (var signal in (int[])[1, 2, 3, 15])
        {
            Assert.Equal(0, NativeRuntime.kill(monitor, signal));
        }

        await AwaitAsync(() => Task.FromResult(!_host.Engine.Get("c").Status.IsAlive));
        Assert.Equal(9, _host.Engine.Get("c").Status.ExitCode);
    }

    [Fact]
    public async Task A_monitor_that_has_no_descriptor_left_waits_instead_of_spinning()
    {
        var container = await StartAsync("read go; exit 7");
        var monitor = await MonitorOf(container);
        // Through a descriptor: the folder's own path is longer than an address can be.
        using var run = Folder.Open(_host.RunFolderOf(container));
        var socket = $"/proc/self/fd/{Files.Number(run.Handle)}/{MonitorSocket.FileName}";
        // Soft limits only: what is lowered here is raised again below.
        await RunAsync("prlimit", "--pid", monitor, "--nofile=16:");
        var clients = new List<Socket>();
        for (var i = 0; i < 20; i++)
        {
            clients.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
            await clients[^1].ConnectAsync(new UnixDomainSocketEndPoint(socket), Cancelled);
        }

        var before = await CpuTicksOf(monitor);
        await Task.Delay(1000, Cancelled);
        Assert.InRange(await CpuTicksOf(monitor) - before, 0, 20);
        Assert.Contains(clients, client => client.Available == 0);

        await RunAsync("prlimit", "--pid", monitor, "--nofile=256:");
        await AwaitAsync(() => Task.FromResult(clients.TrueForAll(client => client.Available > 0)));
        clients.ForEach(client => client.Dispose());
        await using var console = await _host.Engine.AttachAsync("c", Cancelled);
        await console.WriteAsync("go\n"u8.ToArray(), Cancelled);
        await AwaitAsync(() => Task.FromResult(!_host.Engine.Get("c").Status.IsAlive));
        Assert.Equal(7, _host.Engine.Get("c").Status.ExitCode);
    }

    [Fact]
    public async Task A_flood_is_bounded_on_disk_and_its_end_is_there()
    {
        // 60 MiB against 50 MiB of log.
        var container = await StartAsync("yes 0123456789012345678901234567890123456789012345678901234567 | head -c 62914560; echo; echo the last line");
        await AwaitAsync(() => Task.FromResult(!_host.Engine.Get("c").Status.IsAlive));
        var files = Directory.GetFiles(_host.BundleOf(container), "log*").Select(f => new FileInfo(f)).ToList();
        Assert.Equal(["log", "log.1", "log.2", "log.3", "log.4"], files.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(files, f => Assert.InRange(f.Length, 1, 10 << 20));
        Assert.Equal("the last line", (await LastLineAsync())?.Text);
    }

    [Fact]
    public async Task A_prompt_is_logged_although_its_line_has_no_end()
    {
        await StartAsync("printf 'name? '; read name; echo hello $name");
        await AwaitAsync(async () => (await LastLineAsync()) is { Partial: true, Text: "name? " });
    }

    async Task<Container> StartAsync(string script)
    {
        var container = await _host.Engine.CreateAsync(
            new ContainerRequest { Name = "c", Command = Command.FromWords(["/bin/sh", "-c", script]), Cpus = 2 }, Cancelled);
        await _host.Engine.StartAsync("c", Cancelled);
        return container;
    }

    async Task<string> MonitorOf(Container container)
    {
        using var state = JsonDocument.Parse(await File.ReadAllBytesAsync($"{_host.RunFolderOf(container)}/state.json", Cancelled));
        return state.RootElement.GetProperty("monitorPid").GetRawText();
    }

    static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Cancelled);
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>User and system time, in hundredths of a second.</summary>
    static async Task<long> CpuTicksOf(string pid)
    {
        var fields = (await File.ReadAllTextAsync($"/proc/{pid}/stat", Cancelled)).Split(") ")[^1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    async Task<LogLine?> LastLineAsync()
    {
        LogLine? last = null;
        await foreach (var line in _host.Engine.ReadLogAsync("c", new LogQuery(Tail: 1), Cancelled))
        {
            last = line;
        }

        return last;
    }

    static async Task<string> ReadAsync(IConsoleSession console, Func<string, bool> isEnough)
    {
        var text = new StringBuilder();
        await foreach (var happened in console.ReadAsync(Cancelled))
        {
            if (happened is ConsoleOutput output)
            {
                text.Append(Encoding.UTF8.GetString(output.Bytes.Span));
                if (isEnough(text.ToString()))
                {
                    break;
                }
            }
        }

        return text.ToString();
    }

    static async Task AwaitAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; !await condition(); attempt++)
        {
            Assert.True(attempt < 600, "it did not happen within 30 seconds");
            await Task.Delay(50, Cancelled);
        }
    }
}
