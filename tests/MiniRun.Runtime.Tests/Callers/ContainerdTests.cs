using System.Diagnostics;
using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Callers;

/// <summary>containerd and its shim, from Debian's package, with this runtime on an image from an archive.</summary>
[Trait("Category", "Integration")]
public sealed class ContainerdTests(ContainerdTests.Daemon daemon) : IClassFixture<ContainerdTests.Daemon>
{
    Containerd Host => daemon.Host ?? throw new InvalidOperationException("containerd was not started");

    [Fact]
    public async Task A_container_runs_and_is_gone()
    {
        daemon.Require();
        var outcome = await Host.RunAsync(Host.Run(["--rm"], "once", "sh", "-c", "echo out; echo problem >&2; id -u; exit 7"));
        Assert.Equal((7, "out\n0\n", "problem\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
        Assert.DoesNotContain("once", await Host.OutputAsync("containers", "list", "--quiet"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_started_is_said_and_leaves_nothing()
    {
        daemon.Require();
        foreach (var (program, reason) in ((string, string)[])[("/not/there", "no such file or directory"), ("/etc", "permission denied")])
        {
            var outcome = await Host.RunAsync(Host.Run(["--rm"], "broken", program));
            Assert.NotEqual(0, outcome.ExitCode);
            Assert.Contains(reason, outcome.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("broken", await Host.OutputAsync("containers", "list", "--quiet"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_life_of_a_container()
    {
        daemon.Require();
        await Host.OutputAsync(Host.Run(["--detach"], "c", "sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done"));
        Assert.Equal("inside\n", await Host.OutputAsync("tasks", "exec", "--exec-id", "e1", "c", "echo", "inside"));
        Assert.Equal(9, (await Host.RunAsync("tasks", "exec", "--exec-id", "e2", "c", "sh", "-c", "exit 9")).ExitCode);
        Assert.NotEqual(0, (await Host.RunAsync("tasks", "exec", "--exec-id", "e3", "c", "not-there")).ExitCode);
        var pid = Words(await Host.OutputAsync("tasks", "list")).First(line => line.StartsWith("c ", StringComparison.Ordinal)).Split(' ')[1];
        Assert.Contains($"c {pid} RUNNING", Words(await Host.OutputAsync("tasks", "list")));
        Assert.Contains(Words(await Host.OutputAsync("tasks", "ps", "c")), line => line.StartsWith(pid + " ", StringComparison.Ordinal));
        Assert.Contains("memory", await Host.OutputAsync("tasks", "metrics", "c"), StringComparison.Ordinal);

        await Host.OutputAsync("tasks", "pause", "c");
        Assert.Contains($"c {pid} PAUSED", Words(await Host.OutputAsync("tasks", "list")));
        await Host.OutputAsync("tasks", "resume", "c");

        await Host.OutputAsync("tasks", "kill", "--signal", "SIGTERM", "c");
        await Eventually.IsAsync(async () => Words(await Host.OutputAsync("tasks", "list")).Contains($"c {pid} STOPPED"), "it does not end");
        Assert.Contains("exit code 3", (await Host.RunAsync("tasks", "delete", "c")).Error, StringComparison.Ordinal);
        await Host.OutputAsync("containers", "delete", "c");
    }

    [Fact]
    public async Task A_terminal()
    {
        daemon.Require();
        await using var caller = new CallerTerminal(91, 21);
        using var run = Host.Start(new Call(Host.Run(["--rm", "--tty"], "seen", "sh", "-c", "tty; read line; echo \"got $line\"; until stty size 2>/dev/null | grep .; do sleep 0.1; done; exit 4")) { Terminal = caller.Path });
        await caller.Master.UntilAsync("/dev/pts/0");
        caller.Master.Type("hello\r");
        Assert.Equal(4, (await run.EndAsync()).ExitCode);
        // ctr leaves its caller's terminal completing what the container's has completed: with runc, too.
        await caller.Master.UntilAsync("got hello\r\r\n");
        await caller.Master.UntilAsync("21 91");
    }

    [Fact]
    public async Task Limits_and_hardening_arrive()
    {
        daemon.Require();
        var output = await Host.OutputAsync(Host.Run(
            ["--rm", "--read-only", "--cwd", "/new", "--env", "A=1", "--seccomp"],
            "hardened", "sh", "-c", "pwd; echo $A; grep -E 'NoNewPrivs|Seccomp:' /proc/self/status; touch /x 2>&1; true"));
        Assert.Equal(["/new", "1", "NoNewPrivs:\t1", "Seccomp:\t2", "touch: /x: Read-only file system"], output.TrimEnd('\n').Split('\n'));

        // ctr shows its containers no cgroups, so that the host is asked.
        await Host.OutputAsync(Host.Run(["--detach", "--memory-limit", "67108864"], "limited", "sleep", "1000"));
        var limit = new[] { $"/sys/fs/cgroup/memory/{Host.Name}/limited/memory.limit_in_bytes", $"/sys/fs/cgroup/{Host.Name}/limited/memory.max" }.First(File.Exists);
        Assert.Equal("67108864\n", await File.ReadAllTextAsync(limit, TestContext.Current.CancellationToken));
        await Host.OutputAsync("tasks", "kill", "--signal", "SIGKILL", "limited");
        await Eventually.IsAsync(async () => (await Host.RunAsync("tasks", "delete", "limited")).Error.Contains("137", StringComparison.Ordinal), "it does not end");
        await Host.OutputAsync("containers", "delete", "limited");
    }

    /// <summary>A table with single blanks.</summary>
    static List<string> Words(string table) => [.. table.TrimEnd('\n').Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

    /// <summary>One for all tests of the class.</summary>
    public sealed class Daemon : IAsyncLifetime
    {
        internal Containerd? Host { get; private set; }

        public async ValueTask InitializeAsync()
        {
            if (File.Exists("/usr/bin/containerd"))
            {
                Host = new Containerd();
                await Host.StartAsync();
            }
        }

        public void Require() => Assert.SkipWhen(Host is null, "containerd is not installed");

        public ValueTask DisposeAsync() => Host?.DisposeAsync() ?? default;
    }

    internal sealed class Containerd : CallerHost
    {
        Process? _daemon;

        protected override IReadOnlyList<string> Client => ["ctr", "--address", this["socket"], "--namespace", Name];

        public async Task StartAsync()
        {
            File.WriteAllText(this["config.toml"], $"""
                version = 2
                root = "{this["root"]}"
                state = "{this["state"]}"
                disabled_plugins = ["io.containerd.grpc.v1.cri"]
                [grpc]
                address = "{this["socket"]}"
                [ttrpc]
                address = "{this["socket.ttrpc"]}"
                """);
            _daemon = await StartDaemonAsync($"containerd --config {this["config.toml"]}", "version");
            OciArchive.Write(Root, this["image.tar"]);
            await OutputAsync("images", "import", "--snapshotter", "native", this["image.tar"]);
        }

        public string[] Run(string[] options, string id, params string[] command) =>
            ["run", "--runc-binary", Runtime, "--runc-root", this["runc"], "--snapshotter", "native", .. options, OciArchive.Reference, id, .. command];

        public override async ValueTask DisposeAsync()
        {
            if (_daemon is not null)
            {
                await EndAsync(_daemon);
            }

            await base.DisposeAsync();
        }
    }
}
