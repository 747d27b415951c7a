using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>In which order a plan makes its mounts, and when it refuses to.</summary>
public sealed class MountPlanTests
{
    readonly RuntimeConfig _config = new()
    {
        Root = new RootSpec { Path = "/image" },
        Process = new ProcessSpec { Arguments = ["/bin/true"], WorkingDirectory = "/" },
        Linux = new LinuxSpec { Namespaces = [new("mount", null), new("pid", null)] },
    };

    [Fact]
    public void Attributes_are_set_before_a_mount_is_attached()
    {
        Mount("/bound", "none", "/source", "rbind", "nosuid", "rro");
        Mount("/new", "tmpfs", "tmpfs", "ro", "mode=755");
        var calls = Calls();
        // There is no moment in which somebody could write there (SECURITY R5).
        InOrder(
            calls,
            "mount_setattr(source, \"\", AT_EMPTY_PATH, {set nosuid})",
            "mount_setattr(source, \"\", AT_EMPTY_PATH|AT_RECURSIVE, {set ro})",
            "move_mount(source, \"\", place",
            "mount_setattr(mount, \"\", AT_EMPTY_PATH, {set ro})",
            "move_mount(mount, \"\", place");
    }

    [Fact]
    public void Only_sources_that_follow_the_host_are_copied_before_the_tie_to_it_is_cut()
    {
        Mount("/own", "none", "/first", "rbind");
        Mount("/follows", "none", "/second", "rbind", "rslave");
        InOrder(
            Calls(),
            "open_tree(AT_FDCWD, \"/second\"",
            "mount(null, \"/\", null, MS_REC|MS_PRIVATE",
            "open_tree(AT_FDCWD, \"/first\"",
            "pivot_root",
            "mount_setattr(source, \"\", AT_EMPTY_PATH|AT_RECURSIVE, {slave})");
    }

    [Fact]
    public void A_root_that_follows_the_host_is_a_slave_before_it_is_entered()
    {
        _config.Linux.RootfsPropagation = "rslave";
        Mount("/data", "none", "/source", "rbind");
        InOrder(
            Calls(),
            "openat(AT_FDCWD, \"/image\", O_CLOEXEC|O_PATH|O_DIRECTORY|O_NOFOLLOW",
            "open_tree(folder, \"\", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH|AT_RECURSIVE)",
            "mount_setattr(rootfs, \"\", AT_EMPTY_PATH|AT_RECURSIVE, {slave})",
            "mount(null, \"/\", null, MS_REC|MS_PRIVATE",
            "move_mount(rootfs, \"\", AT_FDCWD, \"/\")",
            "pivot_root",
            "mount_setattr(source, \"\", AT_EMPTY_PATH|AT_RECURSIVE, {slave})");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_shared_root_is_shared_when_everything_is_mounted_and_it_is_the_root(bool hasHooks)
    {
        _config.Linux.RootfsPropagation = "rshared";
        _config.Linux.MaskedPaths = ["/secret"];
        _config.Hooks = hasHooks ? new HookSpecs { CreateRuntime = [new HookSpec("/hook", [], [], null)] } : new HookSpecs();
        Mount("/data", "tmpfs", "tmpfs", "private");
        var calls = Calls();
        var last = calls.FindLastIndex(call => call.StartsWith("move_mount", StringComparison.Ordinal));
        var shared = calls.FindIndex(call => call.StartsWith("mount_setattr(root, \"\", AT_EMPTY_PATH|AT_RECURSIVE, {shared})", StringComparison.Ordinal));
        Assert.True(last < shared);
        Assert.True(calls.FindIndex(call => call.StartsWith("pivot_root", StringComparison.Ordinal)) < shared);
        Assert.Equal("mount_setattr(mount, \"\", AT_EMPTY_PATH, {private})", calls[shared + 2]);
    }

    [Fact]
    public void In_a_user_namespace_nothing_is_opened_by_a_path_of_the_host()
    {
        InUserNamespace();
        Mount("/proc", "proc", "proc");
        Mount("/data", "none", "/source", "rbind", "ro");
        var calls = Calls(settings => settings with
        {
            PreparedMounts = new Dictionary<int, int> { [ContainerPlan.RootIndex] = 30, [1] = 31 },
            PreparedDevices = new Dictionary<string, int> { ["/dev/null"] = 32 },
        });
        Assert.DoesNotContain(calls, call => call.Contains("\"/source\"", StringComparison.Ordinal) || call.Contains("\"/image\"", StringComparison.Ordinal));
        // The kernel compares with a proc that it still sees, which is the host's.
        InOrder(
            calls,
            "mount_setattr(30, \"\", AT_EMPTY_PATH|AT_RECURSIVE, {private})",
            "fsopen(\"proc\")",
            "move_mount(30, \"\", AT_FDCWD, \"/\")",
            "pivot_root",
            "move_mount(mount, \"\", place",
            "mount_setattr(31, \"\", AT_EMPTY_PATH, {set ro})",
            "move_mount(31, \"\", place",
            "mount_setattr(31, \"\", AT_EMPTY_PATH|AT_RECURSIVE, {private})",
            "move_mount(32, \"\", device");
    }

    [Fact]
    public void The_limit_on_open_files_is_raised_only_for_many_mounts_and_put_back()
    {
        Assert.DoesNotContain(Calls(), call => call.StartsWith("prlimit64", StringComparison.Ordinal));
        for (var i = 0; i < 1000; i++)
        {
            Mount($"/many/{i}", "none", "/source", "bind");
        }

        Assert.Equal(
            ["prlimit64(0, RLIMIT_NOFILE, {4096, 4096})", "prlimit64(0, RLIMIT_NOFILE, {1024, 4096})"],
            Calls().FindAll(call => call.StartsWith("prlimit64", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_label_is_given_to_filesystems_that_take_one()
    {
        _config.Linux.MountLabel = "system_u:object_r:container_file_t:s0";
        Mount("/proc", "proc", "proc");
        Mount("/data", "tmpfs", "tmpfs");
        Assert.Equal("$.linux.mountLabel", Assert.Throws<SpecException>(() => Calls()).Path);
        var calls = Calls(settings => settings with { HasFileLabels = true });
        Assert.Single(calls, call => call.StartsWith("fsconfig(context, STRING, \"context\", \"system_u:", StringComparison.Ordinal));
        InOrder(calls, "fsopen(\"proc\")", "fsopen(\"tmpfs\")", "fsconfig(context, STRING, \"context\"");
    }

    [Fact]
    public void The_nodes_of_dev_are_made_while_it_is_attached_nowhere()
    {
        Mount("/dev", "tmpfs", "tmpfs", "mode=755");
        var calls = Calls();
        var attached = calls.FindIndex(call => call.StartsWith("move_mount(mount", StringComparison.Ordinal));
        Assert.All(
            Enumerable.Range(0, calls.Count).Where(i => calls[i].StartsWith("mknodat", StringComparison.Ordinal) || calls[i].StartsWith("symlinkat", StringComparison.Ordinal)),
            i => Assert.True(i < attached && calls[i].Contains("mount, ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Nothing_is_made_in_a_dev_that_may_be_the_hosts()
    {
        Mount("/dev", "none", "/dev", "rbind");
        var calls = Calls(settings => settings with { Terminal = (20, 21) });
        Assert.DoesNotContain(calls, call => call.StartsWith("mknodat", StringComparison.Ordinal) || call.StartsWith("symlinkat", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, call => call.StartsWith("make_place(root, \"dev/", StringComparison.Ordinal));
        Assert.Contains(calls, call => call.StartsWith("openat2(root, \"dev/console\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/x", "none", "", "bind", "$.mounts[0].source")]
    [InlineData("/x", "none", "x", "", "$.mounts[0].type")]
    [InlineData("/proc/self", "tmpfs", "tmpfs", "", "$.mounts[0].destination")]
    [InlineData("/proc", "tmpfs", "tmpfs", "", "$.mounts[0].type")]
    [InlineData("/", "tmpfs", "tmpfs", "", "$.mounts[0].destination")]
    public void A_mount_that_cannot_be_is_refused_by_its_field(string destination, string type, string source, string option, string field)
    {
        Mount(destination, type, source, option);
        Assert.Equal(field, Assert.Throws<SpecException>(() => Calls()).Path);
    }

    [Fact]
    public void An_id_that_is_not_mapped_is_refused()
    {
        InUserNamespace();
        Mount("/x", "tmpfs", "tmpfs", "uid=9", "gid=10");
        Assert.Equal(
            "$.mounts[0].options: \"gid=10\" is not mapped by linux.gidMappings; map it or leave it out",
            Assert.Throws<SpecException>(() => Calls()).Message);
    }

    [Fact]
    public void A_relative_source_lies_below_the_bundle()
    {
        Mount("/x", "none", "files/x", "bind");
        Assert.Contains(Calls(), call => call.StartsWith("open_tree(AT_FDCWD, \"/bundle/files/x\"", StringComparison.Ordinal));
    }

    [Fact]
    public void An_overlay_takes_the_place_of_the_root()
    {
        Mount("/", "overlay", "overlay", "lowerdir=/low", "upperdir=/up", "workdir=/work");
        InOrder(Calls(), "fsopen(\"overlay\")", "move_mount(rootfs, \"\", AT_FDCWD, \"/\")", "pivot_root");
    }

    void InUserNamespace()
    {
        _config.Linux.Namespaces.Add(new NamespaceSpec("user", null));
        _config.Linux.UidMappings = [new IdMapping(0, 1000, 10)];
        _config.Linux.GidMappings = [new IdMapping(0, 1000, 10)];
    }

    void Mount(string destination, string type, string source, params string[] options) =>
        _config.Mounts.Add(new MountSpec { Destination = destination, Type = type, Source = source, Options = [.. options.Where(o => o.Length > 0)] });

    /// <summary>The calls begin, in this order and perhaps with others between, with these words.</summary>
    static void InOrder(List<string> calls, params string[] beginnings)
    {
        var from = 0;
        foreach (var beginning in beginnings)
        {
            var found = calls.FindIndex(from, call => call.StartsWith(beginning, StringComparison.Ordinal));
            Assert.True(found >= 0, $"no \"{beginning}\" after line {from} of\n{string.Join('\n', calls)}");
            from = found + 1;
        }
    }

    List<string> Calls(Func<LaunchSettings, LaunchSettings>? change = null)
    {
        var settings = new LaunchSettings
        {
            Config = _config,
            RootPath = "/image",
            BundlePath = "/bundle",
            Sync = (5, 4),
            Process = new ProcessSettings { IgnoredSignals = 0, GrantableCapabilities = 1, Sync = 5 },
            Cgroups = CgroupLayout.Parse("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", _ => ["cpu"]),
            IsFolder = _ => true,
        };
        using var plan = ContainerPlan.Write(change?.Invoke(settings) ?? settings, LaunchMemory.Create());
        return [.. Enumerable.Range(0, plan.Count).Select(i => PlanPrinter.Call(plan, i).Text)];
    }
}
