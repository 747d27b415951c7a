using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Callers;

/// <summary>podman and conmon, from Debian's packages, with this runtime on a local root.</summary>
[Trait("Category", "Integration")]
public sealed class PodmanTests : IAsyncLifetime
{
    const string Waits = "echo started; trap 'echo got TERM; exit 3' TERM; while :; do sleep 0.1; done";

    Podman? _host;

    Podman Host => _host!;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/podman"), "podman is not installed");
        _host = new Podman();
        return default;
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? default;

    [Fact]
    public async Task A_container_runs_and_is_gone()
    {
        var outcome = await Host.RunAsync(Host.Run(["--rm"], "sh", "-c", "echo out; echo problem >&2; id -u; exit 7"));
        Assert.Equal((7, "out\n0\n", "problem\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
        Assert.Equal("", await Host.OutputAsync("ps", "--all", "--quiet"));
    }

    [Theory]
    [InlineData("/not/there", 127)]
    [InlineData("not-there", 127)]
    [InlineData("/etc", 126)]
    [InlineData("/etc/passwd", 126)]
    public async Task What_cannot_be_started_has_the_exit_code_that_scripts_know(string program, int code) =>
        Assert.Equal(code, (await Host.RunAsync(Host.Run(["--rm"], program))).ExitCode);

    [Fact]
    public async Task The_life_of_a_container()
    {
        await Host.OutputAsync(Host.Run(["--detach", "--name", "c"], "sh", "-c", Waits));
        Assert.Equal("inside\n", await Host.OutputAsync("exec", "c", "echo", "inside"));
        Assert.Equal(9, (await Host.RunAsync("exec", "c", "sh", "-c", "exit 9")).ExitCode);
        Assert.Equal(127, (await Host.RunAsync("exec", "c", "not-there")).ExitCode);
        Assert.Equal("5 6\n", await Host.OutputAsync("exec", "--user", "5:6", "--workdir", "/tmp", "--env", "A=1", "c", "sh", "-c", "echo $(id -u) $(id -g)"));
        Assert.Contains("sleep 0.1", await Host.OutputAsync("top", "c"), StringComparison.Ordinal);

        await Host.OutputAsync("pause", "c");
        Assert.Equal("paused\n", await Host.OutputAsync("inspect", "--format", "{{.State.Status}}", "c"));
        await Host.OutputAsync("unpause", "c");
        Assert.Equal("running\n", await Host.OutputAsync("inspect", "--format", "{{.State.Status}}", "c"));

        await Host.OutputAsync("stop", "c");
        Assert.Equal("3\n", await Host.OutputAsync("wait", "c"));
        Assert.Equal("started\ngot TERM\n", await Host.OutputAsync("logs", "c"));
        await Host.OutputAsync("start", "c");
        await Host.OutputAsync("kill", "c");
        Assert.Equal("137\n", await Host.OutputAsync("wait", "c"));
        await Host.OutputAsync("rm", "c");
    }

    [Fact]
    public async Task A_terminal()
    {
        await using var caller = new CallerTerminal(91, 21);
        using (var run = Host.Start(new Call(Host.Run(["--rm", "--interactive", "--tty"], "sh", "-c", "tty; read line; echo \"got $line\"; until stty size 2>/dev/null | grep .; do sleep 0.1; done; exit 4")) { Terminal = caller.Path }))
        {
            await caller.Master.UntilAsync("/dev/pts/0");
            caller.Master.Type("hello\r");
            Assert.Equal(4, (await run.EndAsync()).ExitCode);
            await caller.Master.UntilAsync("got hello\r\n");
            await caller.Master.UntilAsync("21 91");
        }

        await Host.OutputAsync(Host.Run(["--detach", "--name", "c"], "sleep", "1000"));
        using var exec = Host.Start(new Call("exec", "--interactive", "--tty", "c", "sh", "-c", "tty; read line; echo \"and $line\"; exit 5") { Terminal = caller.Path });
        await Eventually.IsAsync(() => Task.FromResult(caller.Master.Shown.Split("/dev/pts/0").Length == 3), () => caller.Master.Shown);
        caller.Master.Type("again\r");
        Assert.Equal(5, (await exec.EndAsync()).ExitCode);
        await caller.Master.UntilAsync("and again\r\n");
    }

    [Fact]
    public async Task Limits_and_hardening_arrive()
    {
        var output = await Host.OutputAsync(Host.Run(
            ["--rm", "--memory", "64m", "--pids-limit", "50", "--read-only", "--cap-drop", "all", "--user", "5:6", "--workdir", "/bin", "--hostname", "named", "--security-opt", "no-new-privileges"],
            "sh", "-c", "pwd; id -u; id -g; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; cat /proc/sys/kernel/hostname; touch /x 2>&1; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true"));
        Assert.Equal(
            ["/bin", "5", "6", "CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2", "named", "touch: /x: Read-only file system", "50"],
            output.TrimEnd('\n').Split('\n'));
    }

    sealed class Podman : CallerHost
    {
        protected override IReadOnlyList<string> Client =>
        [
            "podman", "--root", this["root"], "--runroot", this["runroot"], "--tmpdir", this["tmp"], "--storage-driver", "vfs", "--events-backend", "file",
            "--cgroup-manager=cgroupfs", "--runtime", Runtime,
        ];

        /// <summary>Limits of its own, because podman's own default is above what a host without CAP_SYS_RESOURCE grants.</summary>
        public string[] Run(string[] options, params string[] command) =>
        [
            "run", "--network", "none", "--cgroup-parent", "/" + Name, "--log-driver", "k8s-file", "--ulimit", "nofile=1024:4096", "--ulimit", "nproc=4096:4096",
            .. options, "--rootfs", Root, .. command,
        ];

        public override async ValueTask DisposeAsync()
        {
            await OutputAsync("rm", "--all", "--force", "--time", "0");
            await base.DisposeAsync();
        }
    }
}
