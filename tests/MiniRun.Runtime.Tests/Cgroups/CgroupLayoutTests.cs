using CsCheck;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupLayoutTests
{
    const string Unified = """
        22 28 0:21 / /proc rw,nosuid shared:5 - proc proc rw
        30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
        31 28 8:1 / / rw - ext4 /dev/sda1 rw
        """;

    const string Hybrid = """
        30 23 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755
        31 30 0:27 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw
        32 30 0:28 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup rw,xattr,name=systemd
        33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:12 - cgroup cgroup rw,cpu,cpuacct
        34 30 0:30 / /sys/fs/cgroup/memory rw shared:13 - cgroup cgroup rw,memory
        35 30 0:31 / /sys/fs/cgroup/pids rw shared:14 - cgroup cgroup rw,pids
        """;

    [Fact]
    public void A_unified_host_has_every_controller_in_one_tree()
    {
        var layout = CgroupLayout.Parse(Unified, path => path == "/sys/fs/cgroup" ? ["cpu", "memory", "pids"] : []);
        Assert.Equal("unified", layout.Mode);
        Assert.Equal("/sys/fs/cgroup", layout.Unified!.Path);
        Assert.Equal("cgroup", layout.Unified.Folder);
        Assert.Same(layout.Unified, layout.For("memory"));
        Assert.Null(layout.For("freezer"));
    }

    [Fact]
    public void A_hybrid_host_has_a_controller_where_it_is()
    {
        var layout = CgroupLayout.Parse(Hybrid, _ => []);
        Assert.Equal("hybrid", layout.Mode);
        Assert.Equal(["unified", "systemd", "cpu,cpuacct", "memory", "pids"], layout.Hierarchies.Select(h => h.Folder));
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", layout.For("cpuacct")!.Path);
        Assert.Same(layout.For("cpu"), layout.For("cpuacct"));
        Assert.Equal("systemd", layout.Hierarchies[1].Name);
        Assert.Empty(layout.Hierarchies[1].Controllers);
    }

    [Fact]
    public void A_legacy_host_has_no_unified_tree()
    {
        var layout = CgroupLayout.Parse(string.Join('\n', Hybrid.Split('\n').Where(l => !l.Contains("cgroup2", StringComparison.Ordinal))), _ => throw new InvalidOperationException());
        Assert.Equal("legacy", layout.Mode);
        Assert.Null(layout.Unified);
        Assert.NotNull(layout.For("pids"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw")]
    [InlineData("30 23 0:26 / /sys/fs/cgroup rw - cgroup2")]
    [InlineData("30 23 0:26 /sys/fs/cgroup - cgroup cgroup rw,cpu")]
    [InlineData("30 23 0:26 / /sys/fs/cgroup rw shared:9 cgroup2 cgroup2 rw")]
    public void A_host_without_a_hierarchy_has_none(string mounts)
    {
        var layout = CgroupLayout.Parse(mounts, _ => ["cpu"]);
        Assert.Equal("none", layout.Mode);
        Assert.Empty(layout.Hierarchies);
        Assert.Null(layout.For("cpu"));
    }

    [Fact]
    public void A_hierarchy_that_is_mounted_twice_counts_once()
    {
        var again = Hybrid + "\n" + Hybrid.Replace("/sys/fs/cgroup", "/other", StringComparison.Ordinal) + "\n" + Unified.Replace("/sys/fs/cgroup", "/third", StringComparison.Ordinal);
        var layout = CgroupLayout.Parse(again, _ => []);
        Assert.Equal(5, layout.Hierarchies.Count);
        Assert.All(layout.Hierarchies, h => Assert.StartsWith("/sys/fs/cgroup/", h.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_two_mounts_at_one_place_the_first_counts()
    {
        var layout = CgroupLayout.Parse(
            "1 2 0:1 / /c rw - cgroup cgroup rw,memory\n3 2 0:2 / /c rw - cgroup cgroup rw,pids", _ => []);
        Assert.Equal(["memory"], Assert.Single(layout.Hierarchies).Controllers);
    }

    [Fact]
    public void Options_that_are_no_controllers_are_left_out()
    {
        var layout = CgroupLayout.Parse("1 2 0:1 / /c rw opt:1 opt:2 - cgroup cgroup rw,clone_children,release_agent=/x,blkio,new_controller", _ => []);
        Assert.Equal(["blkio"], Assert.Single(layout.Hierarchies).Controllers);
    }

    [Fact]
    public void Any_table_is_read() => Gen.OneOf(Gen.Const("cgroup"), Gen.Const("cgroup2"), Gen.Const(" - "), Gen.Const("\n"), Gen.Const(" "), Gen.Const("/a"), Gen.Const("rw,cpu"), Gen.String)
        .Array[0, 30].Select(parts => string.Concat(parts))
        .Sample(table => Assert.Contains(CgroupLayout.Parse(table, _ => []).Mode, (string[])["none", "unified", "legacy", "hybrid"]));

    [Fact]
    public void A_hybrid_host_is_known_from_its_usual_places()
    {
        var layout = Quickly("12:cpu,cpuacct:/a\n4:memory:/\n3:pids:/x:y\n2:new_one:/\n1:name=systemd:/\n0::/\n", Filesystems.Tmpfs);
        Assert.Equal("hybrid", layout!.Mode);
        Assert.Equal(["systemd", "new_one", "pids", "memory", "cpu,cpuacct", "unified"], layout.Hierarchies.Select(h => h.Folder));
        Assert.Equal(["cpu", "cpuacct"], layout.Hierarchies[4].Controllers);
        Assert.Equal(("systemd", 0), (layout.Hierarchies[0].Name, layout.Hierarchies[1].Controllers.Count));
        Assert.Equal("/c/unified", layout.Unified!.Path);
        Assert.Equal(["io"], layout.Unified.Controllers);
    }

    [Fact]
    public void A_unified_host_is_known_from_its_root()
    {
        var layout = Quickly("0::/user.slice\n", Filesystems.Cgroup2);
        Assert.Equal("unified", layout!.Mode);
        Assert.Equal(("/c", 1), (layout.Unified!.Path, layout.Unified.Controllers.Count));
    }

    [Fact]
    public void A_legacy_host_is_known_from_its_usual_places() =>
        Assert.Equal("legacy", Quickly("4:memory:/\n3:pids:/\n", Filesystems.Tmpfs)!.Mode);

    [Theory]
    // A hierarchy of v1 that is alive beside a v2 root, one that is not where it is usual, and lines that are none.
    [InlineData("1:name=systemd:/\n0::/\n", Filesystems.Cgroup2, "")]
    [InlineData("", Filesystems.Cgroup2, "")]
    [InlineData("0::/\n", Filesystems.Tmpfs, "")]
    [InlineData("", Filesystems.Tmpfs, "")]
    [InlineData("4:memory:/\n0::/\n", 0, "")]
    [InlineData("4:memory:/\n0::/\n", Filesystems.Tmpfs, "/c/memory")]
    [InlineData("4:memory:/\n0::/\n", Filesystems.Tmpfs, "/c/unified")]
    [InlineData("4:memory\n", Filesystems.Tmpfs, "")]
    [InlineData("4::/\n", Filesystems.Tmpfs, "")]
    [InlineData(":memory:/\n", Filesystems.Tmpfs, "")]
    [InlineData("nonsense", Filesystems.Tmpfs, "")]
    [InlineData("4:memory:/\n\n", Filesystems.Tmpfs, "")]
    public void Anything_unusual_is_left_to_the_mount_table(string own, long root, string missing) => Assert.Null(Quickly(own, root, missing));

    [Fact]
    public void Any_list_of_own_cgroups_is_read() =>
        Gen.OneOf(Gen.Const("0::/\n"), Gen.Const("1:cpu:/\n"), Gen.Const(":"), Gen.Const("\n"), Gen.Const("name="), Gen.String).Array[0, 20].Select(parts => string.Concat(parts))
            .Sample(own => Assert.Contains(Quickly(own, Filesystems.Tmpfs)?.Mode, (string?[])[null, "legacy", "hybrid"]));

    [Fact]
    public void This_host_is_read_the_same_both_ways()
    {
        var (slow, quick) = (CgroupLayout.Detect(), CgroupLayout.DetectQuickly());
        Assert.Equal(slow.Mode, quick.Mode);
        Assert.Equal(slow.Hierarchies.Select(Text).Order(StringComparer.Ordinal), quick.Hierarchies.Select(Text).Order(StringComparer.Ordinal));

        static string Text(CgroupHierarchy h) => $"{h.Path} {string.Join(',', h.Controllers)} {h.Name} {h.IsUnified}";
    }

    static CgroupLayout? Quickly(string own, long root, string missing = "") => CgroupLayout.TryUsualPlaces(
        "/c",
        System.Text.Encoding.UTF8.GetBytes(own),
        path => path == missing ? 0 : path == "/c" ? root : path == "/c/unified" ? Filesystems.Cgroup2 : Filesystems.Cgroup,
        _ => ["io"]);

    [Fact]
    public void This_host_is_read_from_its_own_table()
    {
        var layout = CgroupLayout.Detect();
        Assert.Equal(File.ReadLines("/proc/self/mounts").Any(l => l.Split(' ')[2] == "cgroup2"), layout.Unified is not null);
        Assert.All(layout.Hierarchies, h => Assert.True(Directory.Exists(h.Path)));
        if (layout.Unified is { } unified)
        {
            Assert.Equal(File.ReadAllText($"{unified.Path}/cgroup.controllers").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries), unified.Controllers);
        }
    }
}
