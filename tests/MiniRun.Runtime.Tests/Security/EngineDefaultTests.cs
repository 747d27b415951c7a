using System.Text.Json.Nodes;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Images;
using MiniRun.Runtime.Spec;
using MiniRun.Runtime.Tests.Engine;
using MiniRun.Runtime.Tests.Sandbox;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>What a container of the engine gets that asks for nothing (docs/security.md, "Defaults").</summary>
[Trait("Category", "Integration")]
public sealed class EngineDefaultTests(SharedImages images)
{
    const string Audit =
        """
        grep -E '^(Cap|NoNewPrivs|Seccomp:|Groups)' /proc/self/status
        for p in acpi/x asound/x keys timer_list interrupts kcore; do head -c 1 /proc/$p 2>/dev/null | wc -c; done
        for p in sys/kernel/domainname sysrq-trigger; do (echo x > /proc/$p) 2>/dev/null || echo read-only; done
        grep -E ' (/|/proc|/sys|/sys/fs/cgroup[^ ]*|/dev|/dev/shm|/dev/pts|/dev/mqueue) ' /proc/self/mountinfo
        echo ports $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start) groups $(cat /proc/sys/net/ipv4/ping_group_range)
        echo files $(ulimit -Sn) $(ulimit -Hn) core $(ulimit -c) score $(cat /proc/self/oom_score_adj)
        echo pids $(cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null)
        echo dev $(ls -A /dev)
        cat /proc/self/cgroup
        """;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_has_what_it_needs_and_no_more()
    {
        await using var host = new EngineHost(images.Path);
        await host.OpenAsync();
        var output = await RunAsync(host, Audit);
        var wanted = Capabilities.Mask(
            "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
            "CAP_SYS_CHROOT");
        foreach (var (set, mask) in ((string, ulong)[])[("Inh", 0), ("Prm", wanted), ("Eff", wanted), ("Bnd", wanted), ("Amb", 0)])
        {
            Assert.Contains($"Cap{set}:\t{mask:x16}\n", output, StringComparison.Ordinal);
        }

        Assert.Contains("NoNewPrivs:\t1\nSeccomp:\t2\n", output, StringComparison.Ordinal);
        Assert.Contains("Groups:\t \n", output, StringComparison.Ordinal);
        Assert.Contains("\n0\n0\n0\n0\n0\n0\nread-only\nread-only\n", output, StringComparison.Ordinal);
        Assert.Contains("ports 0 groups 0 2147483647\n", output, StringComparison.Ordinal);
        Assert.Matches(@"files 1024 \d+ core 0 score \d+\n", output);
        Assert.Contains("pids 2048\n", output, StringComparison.Ordinal);
        Assert.Contains("dev fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero\n", output, StringComparison.Ordinal);
        // The container's own cgroup is the root of what it sees.
        Assert.All(output.Split('\n').Where(line => line.Contains(":/", StringComparison.Ordinal)), line => Assert.EndsWith(":/", line, StringComparison.Ordinal));

        var mounts = MountHost.Lines(output).GroupBy(line => line.Place).ToDictionary(group => group.Key, group => group.Last().Options.Split(','));
        foreach (var (place, options) in ((string, string[])[])[
            ("/proc", ["nosuid", "nodev", "noexec"]), ("/sys", ["ro", "nosuid", "nodev", "noexec"]), ("/sys/fs/cgroup", ["ro", "nosuid", "nodev", "noexec"]),
            ("/dev", ["nosuid", "noexec"]), ("/dev/shm", ["nosuid", "nodev", "noexec"]), ("/dev/pts", ["nosuid", "noexec"]), ("/dev/mqueue", ["nosuid", "nodev", "noexec"])])
        {
            Assert.Empty(options.Except(mounts[place]));
        }
    }

    /// <summary>A node that came with an image opens nothing: the filter of devices says no. The control is a bundle without one.</summary>
    [Fact]
    public async Task A_device_of_the_image_cannot_be_opened()
    {
        var number = File.ReadAllLines("/proc/misc").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(words => words[1] is "fuse" or "autofs" or "loop-control")?[0];
        Assert.SkipWhen(number is null, "this kernel has none of the devices that anybody may open");
        using var bundle = new MountHost("head -c 0 /probe && echo opened");
        var node = $"mknod -m 666 {bundle.Rootfs}/probe c 10 {number}";
        Assert.Contains("opened", (await bundle.RunAsync(node)).Output, StringComparison.Ordinal);
        bundle.Linux["resources"] = JsonNode.Parse("""{"devices":[{"allow":false}]}""");
        var (_, output, error) = await bundle.RunAsync();
        Assert.Equal("", output);
        Assert.Contains("Operation not permitted", error, StringComparison.Ordinal);

        await using var host = new EngineHost(images.Path);
        await host.OpenAsync();
        var created = await host.Engine.CreateAsync(Request("while ! [ -e /probe ]; do sleep 0.05; done; sleep 0.2; head -c 0 /probe 2>&1 && echo opened; head -c 1 /dev/zero | wc -c"), Cancelled);
        await host.Engine.StartAsync(created.Id, Cancelled);
        var pid = host.Engine.Get(created.Id).Status.Pid;
        using (var made = System.Diagnostics.Process.Start("mknod", ["-m", "666", $"/proc/{pid}/root/probe", "c", "10", number!]))
        {
            await made.WaitForExitAsync(Cancelled);
            Assert.Equal(0, made.ExitCode);
        }

        output = await LogAsync(host, created);
        Assert.Contains("Operation not permitted", output, StringComparison.Ordinal);
        Assert.DoesNotContain("opened", output, StringComparison.Ordinal);
        Assert.EndsWith("1\n", output, StringComparison.Ordinal);
    }

    /// <summary>They would be the host's.</summary>
    [Fact]
    public void With_the_hosts_network_no_parameter_of_it_is_set()
    {
        var definition = new ContainerDefinition
        {
            Id = new string('a', 64), Name = "n", Image = "base", Command = ["true"], Limits = ContainerLimits.Default, CreatedAt = DateTimeOffset.UnixEpoch,
        };
        Assert.Equal(2, ConfigOf(definition).Linux.Sysctl.Count);
        Assert.Empty(ConfigOf(definition with { Network = NetworkMode.Host }).Linux.Sysctl);

        static RuntimeConfig ConfigOf(ContainerDefinition definition) =>
            ConfigReader.Read(BundleWriter.Config("/b", definition, new Image("base", ["/l"], [], []), "minirun/id", HostGrants.Decide(1 << 20, -500)));
    }

    [Fact]
    public void A_container_is_no_better_protected_from_lack_of_memory_than_the_panel_and_has_no_more_files_than_the_host_grants()
    {
        Assert.Equal(0, HostGrants.Decide(1 << 20, -999).OomScoreAdjustment);
        Assert.Null(HostGrants.Decide(1 << 20, 0).OomScoreAdjustment);
        Assert.Equal([("RLIMIT_NOFILE", 1024UL, 524288UL), ("RLIMIT_CORE", 0UL, 0UL)], HostGrants.Decide(1 << 20, 0).Rlimits);
        Assert.Equal([("RLIMIT_NOFILE", 500UL, 500UL), ("RLIMIT_CORE", 0UL, 0UL)], HostGrants.Decide(500, 0).Rlimits);
    }

    /// <summary>What Docker and Podman cover, and every processor that could be put in.</summary>
    [Fact]
    public void Paths_that_tell_of_the_host_are_masked_and_those_that_change_it_are_read_only()
    {
        Assert.Empty(((string[])[
            "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
            "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs/selinux"]).Except(Hardening.MaskedPaths));
        Assert.Empty(((string[])["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]).Except(Hardening.ReadOnlyPaths));
        var last = File.ReadAllText("/sys/devices/system/cpu/possible").Trim().Split('-', ',')[^1];
        Assert.Contains($"/sys/devices/system/cpu/cpu{last}/thermal_throttle", Hardening.MaskedPaths);
    }

    static ContainerRequest Request(string script) => new() { Command = Command.FromWords(["/bin/sh", "-c", script]) };

    static async Task<string> RunAsync(EngineHost host, string script)
    {
        var created = await host.Engine.CreateAsync(Request(script), Cancelled);
        await host.Engine.StartAsync(created.Id, Cancelled);
        return await LogAsync(host, created);
    }

    /// <summary>What it wrote until its end.</summary>
    static async Task<string> LogAsync(EngineHost host, Container container)
    {
        await Verbs.Eventually.IsAsync(() => Task.FromResult(!host.Engine.Get(container.Id).Status.IsAlive), "it does not end");
        var text = new System.Text.StringBuilder();
        await foreach (var line in host.Engine.ReadLogAsync(container.Name, new LogQuery(), Cancelled))
        {
            text.Append(line.Text).Append('\n');
        }

        return text.ToString();
    }
}
