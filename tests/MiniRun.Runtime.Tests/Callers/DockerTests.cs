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
    public async Task A_terminal()
    {
        daemon.Require();
        await using var caller = new CallerTerminal(91, 21);
        using var run = Host.Start(new Call(Docker.Run(["--rm", "--interactive", "--tty"], "sh", "-c", "tty; read line; echo \"got $line\"; stty size; exit 4")) { Terminal = caller.Path });
        await caller.Master.UntilAsync("/dev/pts/0");
        caller.Master.Type("hello\r");
        Assert.Equal(4, (await run.EndAsync()).ExitCode);
        await caller.Master.UntilAsync("got hello");
        await caller.Master.UntilAsync("21 91");
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
