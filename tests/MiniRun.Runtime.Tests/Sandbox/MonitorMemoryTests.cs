using System.Globalization;
using System.Text;
using System.Text.Json;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Sandbox.Monitoring;
using MiniRun.Runtime.Tests.Engine;
using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>What a monitor costs for as long as its container runs.</summary>
[Trait("Category", "Integration")]
public sealed class MonitorMemoryTests(SharedImages images) : IAsyncLifetime
{
    readonly EngineHost _host = new(images.Path);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _host.OpenAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_loop_allocates_nothing(bool terminal)
    {
        // More than ten MiB, so that the log is rotated as well, and lines of all sorts: parts, long ones, none.
        const string Script = "yes 0123456789abcdef0123456789abcdef | head -c 12000000; head -c 50000 /dev/zero; echo error >&2; "
            + "printf 'word? '; read word; cat > /dev/null; echo end";
        var container = await StartAsync(Script, terminal);
        for (var client = 0; client < 3; client++)
        {
            await using var console = await _host.Engine.AttachAsync("c", Cancelled);
            await ReadUntilAsync(console, "word? ");
            if (terminal)
            {
                await console.ResizeAsync(100 + client, 40, Cancelled);
            }

            if (client == 2)
            {
                await console.WriteAsync("word\n"u8.ToArray(), Cancelled);
                await console.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 100) + "\n"), Cancelled);
                for (var line = 0; line < 1000; line++)
                {
                    await console.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 100) + "\n"), Cancelled);
                }

                // The end of input: of a terminal by a character, of a pipe by closing it.
                await console.WriteAsync(terminal ? "\u0004"u8.ToArray() : "last\n"u8.ToArray(), Cancelled);
                if (!terminal)
                {
                    await console.CloseInputAsync(Cancelled);
                }

                await ReadUntilAsync(console, "end");
            }
        }

        await AwaitEndAsync();
        Assert.True(File.Exists($"{_host.BundleOf(container)}/{LogWriter.Name(1)}"));
        using var record = JsonDocument.Parse(await File.ReadAllBytesAsync($"{_host.BundleOf(container)}/{ExitRecord.FileName}", Cancelled));
        Assert.Equal(0, record.RootElement.GetProperty("exitCode").GetInt32());
        Assert.Equal(0, record.RootElement.GetProperty("allocatedInLoop").GetInt64());
    }

    [Theory]
    [InlineData(0, 400)]
    [InlineData(12_000_000, 700)]
    public async Task It_has_one_thread_and_little_memory_of_its_own(int output, int limit)
    {
        var container = await StartAsync($"yes 0123456789abcdef | head -c {output}; echo started; sleep 1000", terminal: false);
        await using (var console = await _host.Engine.AttachAsync("c", Cancelled))
        {
            await ReadUntilAsync(console, "started\n");
        }

        var monitor = await MonitorOf(container);
        Assert.Single(Directory.GetDirectories($"/proc/{monitor}/task"));
        Assert.InRange(Memory(monitor, "Anonymous:"), 50, limit);
        // Once nothing has happened for a while it has let go of its program's pages, which the others use as well.
        await Eventually.IsAsync(() => Task.FromResult(Memory(monitor, "Rss:") < limit + 350), () => $"resident: {Memory(monitor, "Rss:")} KiB");
        await _host.Engine.KillAsync("c", "KILL", Cancelled);
        await AwaitEndAsync();
    }

    /// <summary>In KiB.</summary>
    static int Memory(int pid, string kind) => int.Parse(
        File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith(kind, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    async Task<Container> StartAsync(string script, bool terminal)
    {
        var container = await _host.Engine.CreateAsync(
            new ContainerRequest { Name = "c", Command = Command.FromWords(["/bin/sh", "-c", script]), Terminal = terminal, Cpus = 2 }, Cancelled);
        await _host.Engine.StartAsync("c", Cancelled);
        return container;
    }

    async Task<int> MonitorOf(Container container)
    {
        using var state = JsonDocument.Parse(await File.ReadAllBytesAsync($"{_host.RunFolderOf(container)}/state.json", Cancelled));
        return state.RootElement.GetProperty("monitorPid").GetInt32();
    }

    async Task AwaitEndAsync()
    {
        for (var attempt = 0; _host.Engine.Get("c").Status.IsAlive; attempt++)
        {
            Assert.True(attempt < 600, "the container did not end within 30 seconds");
            await Task.Delay(50, Cancelled);
        }
    }

    static async Task ReadUntilAsync(IConsoleSession console, string end)
    {
        var text = new StringBuilder();
        await foreach (var happened in console.ReadAsync(Cancelled))
        {
            if (happened is ConsoleOutput output)
            {
                text.Append(Encoding.UTF8.GetString(output.Bytes.Span));
                if (text.ToString().TrimEnd('\r', '\n').EndsWith(end.TrimEnd('\n'), StringComparison.Ordinal))
                {
                    return;
                }

                text.Remove(0, Math.Max(0, text.Length - 100));
            }
        }

        Assert.Fail($"\"{end}\" never came");
    }
}
