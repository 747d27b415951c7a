using System.Diagnostics;
using System.Text.Json;
using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Callers;

/// <summary>dockerd, from Debian's package, with this runtime added to its own.</summary>
[Trait("Category", "Integration")]
public sealed class DockerTests(DockerTests.Daemon daemon) : IClassFixture<DockerTests.Daemon>
{
    Docker Host => daemon.Host ?? throw new InvalidOperationException("dockerd was not started");

    [Fact]
    public async Task A_container_runs_and_is_gone()
    {
        daemon.Require();
        var outcome = await Host.RunAsync(Docker.Run(["--rm"], "sh", "-c", "echo out; echo problem >&2; id -u; exit 7"));
        Assert.Equal((7, "out\n0\n", "problem\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
    }

    [Theory]
    [InlineData("/not/there", 127)]
    [InlineData("not-there", 127)]
    [InlineData("/etc", 126)]
    [InlineData("/etc/passwd", 126)]
    public async Task What_cannot_be_started_has_the_exit_code_that_scripts_know(string program, int code)
    {
        daemon.Require();
        Assert.Equal(code, (await Host.RunAsync(Docker.Run(["--rm"], program))).ExitCode);
    }

    [Fact]
    public async Task The_life_of_a_container()
    {
        daemon.Require();
        await Host.OutputAsync(Docker.Run(["--detach", "--name", "box1", "--memory", "64m"], "sh", "-c", "echo started; trap 'echo got TERM; exit 3' TERM; while :; do sleep 0.1; done"));
        Assert.Equal("inside\n", await Host.OutputAsync("exec", "box1", "echo", "inside"));
        Assert.Equal(9, (await Host.RunAsync("exec", "box1", "sh", "-c", "exit 9")).ExitCode);
        Assert.Contains("sleep 0.1", await Host.OutputAsync("top", "box1"), StringComparison.Ordinal);
        await Host.OutputAsync("pause", "box1");
        Assert.Equal("paused\n", await Host.OutputAsync("inspect", "--format", "{{.State.Status}}", "box1"));
        await Host.OutputAsync("unpause", "box1");
        await Host.OutputAsync("update", "--memory", "96m", "--memory-swap", "96m", "box1");
        Assert.EndsWith("/ 96MiB\n", await Host.OutputAsync("stats", "--no-stream", "--format", "{{.MemUsage}}", "box1"), StringComparison.Ordinal);
        await Host.OutputAsync("stop", "box1");
        Assert.Equal("3\n", await Host.OutputAsync("wait", "box1"));
        Assert.Equal("started\ngot TERM\n", await Host.OutputAsync("logs", "box1"));
        await Host.OutputAsync("rm", "box1");
    }

    [Fact]
    public async Task A_terminal()
    {
        daemon.Require();
        await using var caller = new CallerTerminal(91, 21);
        // The client tells the size some time after the start; busybox calls it a success to know none.
        using var run = Host.Start(new Call(Docker.Run(["--rm", "--interactive", "--tty"], "sh", "-c", "tty; read line; echo \"got $line\"; until stty size 2>/dev/null | grep .; do sleep 0.1; done; exit 4")) { Terminal = caller.Path });
        await caller.Master.UntilAsync("/dev/pts/0");
        caller.Master.Type("hello\r");
        Assert.Equal(4, (await run.EndAsync()).ExitCode);
        await caller.Master.UntilAsync("got hello\r\n");
        await caller.Master.UntilAsync("21 91");
    }

    [Fact]
    public async Task Limits_and_hardening_arrive()
    {
        daemon.Require();
        var output = await Host.OutputAsync(Docker.Run(
            ["--rm", "--pids-limit", "50", "--read-only", "--cap-drop", "all", "--user", "5:6", "--workdir", "/new", "--security-opt", "no-new-privileges"],
            "sh", "-c", "pwd; id -u; id -g; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; touch /x 2>&1; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true"));
        Assert.Equal(["/new", "5", "6", "CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2", "touch: /x: Read-only file system", "50"], output.TrimEnd('\n').Split('\n'));
    }

    /// <summary>One for all tests of the class.</summary>
    public sealed class Daemon : IAsyncLifetime
    {
        internal Docker? Host { get; private set; }

        public async ValueTask InitializeAsync()
        {
            if (File.Exists("/usr/sbin/dockerd"))
            {
                Host = new Docker();
                await Host.StartAsync();
            }
        }

        public void Require() => Assert.SkipWhen(Host is null, "docker.io is not installed");

        public ValueTask DisposeAsync() => Host?.DisposeAsync() ?? default;
    }

    internal sealed class Docker : CallerHost
    {
        Process? _daemon;

        protected override IReadOnlyList<string> Client => ["docker", "--host", "unix://" + this["socket"]];

        /// <summary>Without networks, which need more of the host than a runtime does.</summary>
        public async Task StartAsync()
        {
            File.WriteAllText(this["daemon.json"], JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["runtimes"] = new Dictionary<string, object> { ["added"] = new Dictionary<string, string> { ["path"] = Runtime } },
                ["default-runtime"] = "added",
            }));
            _daemon = await StartDaemonAsync(
                $"dockerd --config-file {this["daemon.json"]} --data-root {this["data"]} --exec-root {this["exec"]} --pidfile {this["pid"]} --host unix://{this["socket"]} "
                + $"--bridge none --iptables=false --ip6tables=false --storage-driver vfs --cgroup-parent /{Name}",
                "version");
            System.Formats.Tar.TarFile.CreateFromDirectory(Root, this["image.tar"], includeBaseDirectory: false);
            await OutputAsync("import", this["image.tar"], "box");
        }

        public static string[] Run(string[] options, params string[] command) => ["run", "--network", "none", .. options, "box", .. command];

        public override async ValueTask DisposeAsync()
        {
            if (_daemon is not null)
            {
                foreach (var id in (await OutputAsync("ps", "--all", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    await OutputAsync("rm", "--force", id);
                }

                await EndAsync(_daemon);
            }

            await base.DisposeAsync();
        }
    }
}
