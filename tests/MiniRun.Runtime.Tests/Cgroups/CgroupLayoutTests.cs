using CsCheck;
using MiniRun.Runtime.Cgroups;

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
        Assert.Equal([true, false, true, true, true], layout.Hierarchies.Select(ContainerCgroup.IsUsed));
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
