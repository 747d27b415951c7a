using System.Text;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Images;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>A plan is data: it is written, printed and compared without root and without a kernel to run it.</summary>
public sealed class PlanTests
{
    const string Hybrid = """
        30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
        31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
        32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        33 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
        34 30 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
        35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        """;

    const string Unified = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw";

    [Fact]
    public void The_plan_of_a_container_of_the_engine_is_known_call_by_call() =>
        Golden.Matches("Sandbox/Golden/engine.plan", Print(EngineConfig(terminal: false), Unified));

    [Fact]
    public void The_plan_of_a_terminal_on_a_hybrid_host_is_known_call_by_call() =>
        Golden.Matches("Sandbox/Golden/terminal-hybrid.plan", Print(EngineConfig(terminal: true), Hybrid, terminal: (20, 21)));

    [Fact]
    public void The_same_settings_give_the_same_plan() =>
        Assert.Equal(Print(EngineConfig(terminal: false), Hybrid), Print(EngineConfig(terminal: false), Hybrid));

    [Fact]
    public void Nothing_of_the_container_is_mounted_before_the_host_is_gone()
    {
        var calls = Calls(EngineConfig(terminal: false), Unified);
        var detached = calls.FindIndex(c => c.StartsWith("umount2", StringComparison.Ordinal));
        Assert.True(detached > 0);
        // Before it: only the root itself is attached; sources of binds are held as descriptors.
        Assert.Single(calls[..detached], c => c.StartsWith("move_mount", StringComparison.Ordinal));
        // After it: no path of the host is opened any more.
        Assert.DoesNotContain(calls[detached..], c => c.Contains("/var/lib", StringComparison.Ordinal));
    }

    [Fact]
    public void Privileges_fall_in_the_order_that_lets_each_step_work()
    {
        var calls = Calls(EngineConfig(terminal: false), Unified);
        string[] order = ["close_range", "prctl(PR_CAPBSET_DROP", "setgroups", "setresgid", "setresuid", "capset", "prctl(PR_SET_NO_NEW_PRIVS", "rt_sigprocmask", "execve"];
        var places = order.Select(call => calls.FindIndex(c => c.StartsWith(call, StringComparison.Ordinal))).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    /// <summary>Many profiles know nothing of what the runtime does to its own descriptors and signals.</summary>
    [Fact]
    public void A_filter_that_needs_privileges_does_not_meet_the_housekeeping()
    {
        var config = EngineConfig(terminal: false);
        config.Process.NoNewPrivileges = false;
        using var plan = Write(Settings(config, Unified), process => process with { Filter = new SeccompProgram(new byte[8], SeccompFlags.None) });
        var calls = Enumerable.Range(0, plan.Count).Select(i => PlanPrinter.Call(plan, i).Name).ToList();
        var filter = calls.IndexOf("seccomp");
        Assert.InRange(calls.IndexOf("close_range"), 0, filter);
        Assert.InRange(calls.LastIndexOf("rt_sigaction"), 0, filter);
        Assert.InRange(calls.IndexOf("capset"), filter, calls.Count);
    }

    [Fact]
    public void The_working_directory_is_made_before_the_root_becomes_read_only()
    {
        var config = EngineConfig(terminal: false);
        config.Root.ReadOnly = true;
        config.Process.WorkingDirectory = "/srv/app";
        var calls = Calls(config, Unified);
        var made = calls.FindIndex(c => c.StartsWith("make_place", StringComparison.Ordinal) && c.Contains("\"srv/app\"", StringComparison.Ordinal));
        var sealedRoot = calls.FindIndex(c => c.StartsWith("mount_setattr(root,", StringComparison.Ordinal));
        Assert.InRange(made, 0, sealedRoot);
    }

    [Fact]
    public void Pipes_become_the_users_own_unless_it_is_root()
    {
        var config = EngineConfig(terminal: false);
        Assert.Empty(Owned());
        config.Process.User = new UserSpec { Uid = 1000, Gid = 100 };
        Assert.Equal(["fchown(1, 1000, 4294967295)  ; on EPERM go on", "fchown(2, 1000, 4294967295)  ; on EPERM go on"], Owned());

        List<string> Owned()
        {
            using var plan = Write(Settings(config, Unified), process => process with { Pipes = [1, 2] });
            return [.. PlanPrinter.Print(plan).Split('\n').Where(line => line.Contains("fchown(", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 2)..])];
        }
    }

    [Fact]
    public void Every_ignored_signal_gets_its_default_effect_back()
    {
        var config = EngineConfig(terminal: false);
        using var plan = Write(Settings(config, Unified), process => process with { IgnoredSignals = (1UL << 12) | 1 });
        var calls = Enumerable.Range(0, plan.Count).Select(i => PlanPrinter.Call(plan, i).Text).ToList();
        Assert.Contains("rt_sigaction(SIGPIPE, …)", calls);
        Assert.Contains("rt_sigaction(SIGHUP, …)", calls);
        Assert.Equal(2, calls.Count(c => c.StartsWith("rt_sigaction", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_program_without_a_slash_is_looked_for_along_path()
    {
        var config = EngineConfig(terminal: false);
        config.Process.Arguments = ["program"];
        config.Process.Environment = ["PATH=/first::/last"];
        Assert.Equal(
            ["\"/first/program\"", "\"./program\"", "\"/last/program\""],
            Calls(config, Unified).Where(c => c.StartsWith("execve", StringComparison.Ordinal)).Select(c => c["execve(".Length..c.IndexOf(',', StringComparison.Ordinal)]));
    }

    [Fact]
    public void A_capability_that_the_host_lacks_is_not_given()
    {
        var config = EngineConfig(terminal: false);
        var without = Capabilities.Mask("CAP_CHOWN", "CAP_KILL");
        using var plan = Write(Settings(config, Unified), process => process with { GrantableCapabilities = without });
        var capset = Enumerable.Range(0, plan.Count).Select(i => PlanPrinter.Call(plan, i)).Single(c => c.Name == "capset");
        Assert.Contains("effective CAP_CHOWN+CAP_KILL, permitted CAP_CHOWN+CAP_KILL, inheritable none", capset.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Renaming_the_host_is_refused()
    {
        var config = EngineConfig(terminal: false);
        config.Linux.Namespaces.RemoveAll(n => n.Type == "uts");
        var error = Assert.Throws<SpecException>(() => Write(Settings(config, Unified)));
        Assert.Equal("$.hostname", error.Path);
    }

    [Fact]
    public void Without_a_cgroup_namespace_only_its_own_cgroups_are_shown()
    {
        var config = EngineConfig(terminal: false);
        config.Linux.Namespaces.RemoveAll(n => n.Type == "cgroup");
        var calls = Calls(config, Hybrid);
        Assert.Contains(calls, c => c.StartsWith("open_tree(AT_FDCWD, \"/sys/fs/cgroup/memory/minirun/id\"", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, c => c is "fsopen(\"cgroup\")" or "fsopen(\"cgroup2\")");
        Assert.DoesNotContain("unshare(CLONE_NEWCGROUP)", calls);
    }

    [Fact]
    public void A_user_that_is_not_root_keeps_only_what_was_given()
    {
        var config = EngineConfig(terminal: false);
        config.Process.User = new UserSpec { Uid = 1000, Gid = 100, AdditionalGids = [5, 6], Umask = 0b000_111_111 };
        config.Process.Rlimits = [new RlimitSpec(7, 10, ulong.MaxValue)];
        config.Process.OomScoreAdjustment = 500;
        config.Root.ReadOnly = true;
        config.Domainname = "example";
        config.Process.WorkingDirectory = "/srv/app";
        Golden.Matches("Sandbox/Golden/user.plan", Print(config, Unified));
    }

    [Fact]
    public void In_the_list_of_devices_it_is_only_when_the_list_is_complete()
    {
        // While the parent writes the list, which begins with "none", the child makes the devices of /dev.
        var config = EngineConfig(terminal: false);
        config.Linux.Resources.Devices = [new DeviceRule(false, 'a', null, null, "rwm")];
        var calls = Calls(config, Hybrid + "\n36 30 0:32 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices\n");
        var opened = calls.FindIndex(c => c.Contains("/devices/minirun/id/tasks", StringComparison.Ordinal));
        var detached = calls.FindIndex(c => c.StartsWith("umount2", StringComparison.Ordinal));
        var lastDevice = calls.FindLastIndex(c => c.StartsWith("mknodat", StringComparison.Ordinal));
        var parentIsDone = calls.FindLastIndex(c => c.StartsWith("await_parent", StringComparison.Ordinal));
        Assert.True(opened > 0 && opened < detached && detached < lastDevice && lastDevice < parentIsDone);
        Assert.Equal(("write(entrance, \"0\", 1)", "close(entrance)"), (calls[parentIsDone + 1], calls[parentIsDone + 2]));
        // The others may be joined at once.
        Assert.Equal(3, calls[..opened].Count(c => c.StartsWith("write(entrance", StringComparison.Ordinal)));
    }

    static LaunchPlan Write(LaunchSettings settings, Func<ProcessSettings, ProcessSettings>? change = null) =>
        ContainerPlan.Write(change is null ? settings : settings with { Process = change(settings.Process) }, LaunchMemory.Create());

    static List<string> Calls(RuntimeConfig config, string mountInfo)
    {
        using var plan = Write(Settings(config, mountInfo));
        return [.. Enumerable.Range(0, plan.Count).Select(i => PlanPrinter.Call(plan, i).Text)];
    }

    static string Print(RuntimeConfig config, string mountInfo, (int, int)? terminal = null)
    {
        using var plan = Write(
            Settings(config, mountInfo) with { Terminal = terminal },
            process => process with { Streams = terminal is { } held ? (held.Item1, held.Item1, held.Item1) : (10, 11, 12) });
        return PlanPrinter.Print(plan);
    }

    static LaunchSettings Settings(RuntimeConfig config, string mountInfo) => new()
    {
        Config = config,
        RootPath = "/var/lib/minirun/containers/id/rootfs",
        Sync = (5, 4),
        Process = new ProcessSettings
        {
            IgnoredSignals = 1UL << (Signals.Pipe - 1),
            GrantableCapabilities = (1UL << Capabilities.Count) - 1,
            Keyring = "_ses.id",
            Sync = 5,
        },
        Cgroups = CgroupLayout.Parse(mountInfo, _ => ["cpu", "memory", "pids"]),
        CgroupPath = "minirun/id",
        IsFolder = _ => false,
    };

    static RuntimeConfig EngineConfig(bool terminal)
    {
        var definition = new ContainerDefinition
        {
            Id = new string('a', 64),
            Name = "golden",
            Image = "base",
            Command = ["/bin/sh", "-c", "echo hello"],
            Limits = ContainerLimits.Default,
            Terminal = terminal,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        var image = new Image("base", ["/var/lib/minirun/images/layers/low", "/var/lib/minirun/images/layers/high"], [], []);
        var config = ConfigReader.Read(BundleWriter.Config("/var/lib/minirun/containers/id", definition, image, "minirun/id", HostGrants.Decide(1 << 20, -500)));
        // The number of CPUs is the host's.
        config.Linux.MaskedPaths.RemoveAll(path => path.Contains("/cpu/", StringComparison.Ordinal));
        return config;
    }
}
