using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class ContainerCgroupTests
{
    [Fact]
    public void A_cgroup_is_one_path_in_every_hierarchy_that_is_used()
    {
        using var host = FakeHost.Hybrid();
        var cgroup = ContainerCgroup.Create(host.Layout, "/minirun/one/");
        Assert.Equal("minirun/one", cgroup.Path);
        Assert.All((string[])["unified", "memory", "cpu", "pids"], tree => Assert.True(host.HasCgroup(tree)));
        Assert.All((string[])["devices", "cpuacct"], tree => Assert.False(host.HasCgroup(tree)));
        Assert.Empty(cgroup.Warnings);
        Assert.True(cgroup.Exists());
    }

    [Fact]
    public void Controllers_are_handed_down_where_they_can_be()
    {
        using var host = FakeHost.Unified("io", "memory");
        host.MakeRoot("all", "cgroup.subtree_control");
        host.MakeRoot("all", "minirun/cgroup.subtree_control");
        host.Create();
        Assert.Equal("+memory +io", host.ReadRoot("all", "cgroup.subtree_control"));
        Assert.Equal("+memory +io", host.ReadRoot("all", "minirun/cgroup.subtree_control"));
    }

    [Fact]
    public void A_host_without_hierarchies_is_a_warning()
    {
        using var host = FakeHost.None();
        var cgroup = host.Create();
        Assert.Equal(["This host has no writable cgroup hierarchy: limits are not enforced."], cgroup.Warnings);
        Assert.False(cgroup.Exists());
        Assert.Empty(cgroup.Members());
        Assert.Null(cgroup.ReadUsage());
        Assert.Equal(0, cgroup.ReadOomKills());
        Assert.Null(cgroup.OpenUnified());
        cgroup.Kill();
        Assert.True(cgroup.TryRemove());
    }

    [Fact]
    public void A_hierarchy_that_is_not_writable_is_a_warning()
    {
        // Nobody may make folders in sysfs.
        var layout = CgroupLayout.Parse("1 2 0:1 / /sys/kernel rw - cgroup cgroup rw,memory", _ => []);
        var cgroup = ContainerCgroup.Create(layout, "minirun/one");
        Assert.Matches("^The cgroup hierarchy at /sys/kernel is not writable \\((EPERM|EACCES|EROFS)\\)", cgroup.Warnings[0]);
        Assert.Equal(2, cgroup.Warnings.Count);
    }

    [Fact]
    public void A_hierarchy_that_is_not_where_it_is_assumed_is_a_warning_and_no_folder()
    {
        using var place = new TemporaryFolder();
        Directory.CreateDirectory(place["cpuset"]);
        var layout = CgroupLayout.TryUsualPlaces(place.Path, "4:cpuset:/\n"u8, path => path == place.Path ? Filesystems.Tmpfs : 0, _ => [])!;
        var resources = new ResourceSpec { Cpus = "0" };
        var cgroup = ContainerCgroup.Create(layout, "minirun/one", resources);
        Assert.Equal($"No cgroup hierarchy is mounted at {place["cpuset"]}: what it controls is not enforced.", cgroup.Warnings[0]);
        Assert.Equal(["cpuset"], place.Names);
        Assert.Equal("$.linux.resources.cpu.cpus", Assert.Throws<CgroupException>(() => cgroup.SetLimits(resources, strict: true)).Field);
    }

    [Fact]
    public void Members_are_read_from_the_hierarchy_that_counts_processes()
    {
        using var host = FakeHost.Hybrid();
        host.Make("unified", "cgroup.procs", "1\n");
        host.Make("pids", "cgroup.procs", "0\n41\n42\n");
        Assert.Equal([41, 42], host.Create().Members());
    }

    [Fact]
    public void A_process_is_added_wherever_it_was_not_born()
    {
        using var host = FakeHost.Hybrid();
        foreach (var tree in (string[])["unified", "memory", "cpu", "pids"])
        {
            host.Make(tree, "cgroup.procs");
        }

        var cgroup = host.Create();
        cgroup.Add(123, bornInUnified: true);
        Assert.Equal("", host.Read("unified", "cgroup.procs"));
        Assert.Equal("123", host.Read("cpu", "cgroup.procs"));
        cgroup.Add(456, bornInUnified: false);
        Assert.Equal("456", host.Read("unified", "cgroup.procs"));
        host.Remove("pids", "cgroup.procs");
        Assert.Throws<KernelException>(() => cgroup.Add(1, bornInUnified: false));
    }

    [Fact]
    public void A_process_goes_through_the_entrances_by_itself()
    {
        using var host = FakeHost.Hybrid();
        Array.ForEach(["unified", "memory", "cpu", "pids"], tree => host.Make(tree, "cgroup.procs"));
        var cgroup = host.Create();
        Assert.Equal(((string[])["memory", "cpu", "pids"]).Select(tree => host.Place(tree, "tasks")), cgroup.Entrances().ConvertAll(entrance => entrance.Path));
        Assert.Equal(cgroup.Entrances(), ContainerCgroup.EntrancesOf(CgroupChoice.Hierarchies(host.Layout, null), FakeHost.Path));
        cgroup.Add(17, bornInUnified: false, movesItself: true);
        Assert.Equal(["17", "", "", ""], ((string[])["unified", "memory", "cpu", "pids"]).Select(tree => host.Read(tree, "cgroup.procs")));
    }

    [Fact]
    public void The_part_in_v2_is_there_first()
    {
        using var host = FakeHost.Hybrid();
        var cgroup = ContainerCgroup.Begin(host.Layout, FakeHost.Path);
        Assert.Equal([true, false], ((string[])["unified", "memory"]).Select(host.HasCgroup));
        cgroup.Complete();
        Assert.True(host.HasCgroup("memory"));
        Assert.Equal(4, cgroup.Branches.Count);
    }

    [Fact]
    public void What_is_begun_and_then_refused_has_nothing_of_others()
    {
        using var host = FakeHost.Hybrid();
        host.Make("cpu", "cgroup.procs", "17\n");
        var cgroup = ContainerCgroup.Begin(host.Layout, FakeHost.Path, resources: null, strict: true);
        Assert.Throws<CgroupException>(cgroup.Complete);
        // Whoever cleans up after it must not meet the processes of another.
        Assert.DoesNotContain(cgroup.Branches, branch => branch.Hierarchy.Has("cpu"));
        Assert.True(cgroup.TryRemove());
        Assert.Equal([false, true], ((string[])["unified", "cpu"]).Select(host.HasCgroup));
    }

    [Fact]
    public void The_unified_folder_is_opened_for_the_clone()
    {
        using var host = FakeHost.Unified();
        using var folder = host.Create().OpenUnified();
        Assert.Equal($"{host.Layout.Unified!.Path}/{FakeHost.Path}", new FileInfo($"/proc/self/fd/{Files.Number(folder!)}").LinkTarget);
    }

    [Fact]
    public void A_cgroup_of_before_is_found_where_it_is()
    {
        using var host = FakeHost.Hybrid();
        Assert.False(ContainerCgroup.Find(host.Layout, FakeHost.Path).Exists());
        host.MakeFolder("memory", "");
        var found = ContainerCgroup.Find(host.Layout, FakeHost.Path);
        Assert.True(found.Exists());
        host.Make("memory", "memory.usage_in_bytes", "7");
        Assert.Equal(7, found.ReadUsage()!.Value.MemoryBytes);
        Assert.Null(found.OpenUnified());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("..")]
    [InlineData("a/../..")]
    [InlineData("/minirun/./one")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void A_path_that_is_the_root_or_leads_out_is_refused(string path)
    {
        using var host = FakeHost.Hybrid();
        var e = Assert.Throws<CgroupException>(() => ContainerCgroup.Create(host.Layout, path));
        Assert.StartsWith("$.linux.cgroupsPath: ", e.Message, StringComparison.Ordinal);
        Assert.Throws<CgroupException>(() => ContainerCgroup.Find(host.Layout, path));
    }

    [Fact]
    public void Slashes_that_mean_nothing_are_left_out()
    {
        using var host = FakeHost.Hybrid();
        Assert.Equal("a/b", ContainerCgroup.Create(host.Layout, "//a///b/").Path);
    }

    [Fact]
    public void A_strict_start_refuses_a_cgroup_that_has_processes_even_below()
    {
        using var host = FakeHost.Hybrid();
        host.Make("cpu", "below/cgroup.procs", "17\n18\n");
        var e = Assert.Throws<CgroupException>(() => host.Create(strict: true));
        Assert.Equal("$.linux.cgroupsPath", e.Field);
        Assert.Contains("has 2 process(es) already, such as 17", e.Message, StringComparison.Ordinal);
        // What was made before it was found out is gone; what was there before is not.
        Assert.False(host.HasCgroup("memory"));
        Assert.True(host.HasCgroup("cpu"));
        Assert.True(host.Create().Exists());
    }

    [Theory]
    [InlineData("unified", "cgroup.freeze", "1\n", true)]
    [InlineData("unified", "cgroup.freeze", "0\n", false)]
    [InlineData("freezer", "freezer.state", "FREEZING\n", true)]
    [InlineData("freezer", "freezer.state", "FROZEN\n", true)]
    [InlineData("freezer", "freezer.state", "THAWED\n", false)]
    public void A_strict_start_refuses_a_cgroup_that_is_frozen(string tree, string file, string state, bool isFrozen)
    {
        using var host = tree == "unified" ? FakeHost.Hybrid() : FakeHost.Legacy();
        host.Make(tree, file, state);
        if (isFrozen)
        {
            Assert.Contains("is frozen", Assert.Throws<CgroupException>(() => host.Create(strict: true)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.False(host.Create(strict: true).IsFrozen());
        }
    }

    [Fact]
    public void A_start_that_the_kernel_has_no_room_for_leaves_nothing_behind()
    {
        using var host = FakeHost.Hybrid();
        // A file in the place of the folder above.
        host.MakeRoot("pids", "minirun");
        Assert.Throws<KernelException>(() => host.Create());
        Assert.All((string[])["unified", "memory", "cpu"], tree => Assert.False(host.HasCgroup(tree)));
    }

    [Fact]
    public void A_cpuset_of_v1_gets_what_is_above_it_before_anybody_joins()
    {
        using var host = FakeHost.Hybrid();
        host.MakeRoot("cpuset", "cpuset.cpus", "0-3\n");
        host.MakeRoot("cpuset", "cpuset.mems", "0\n");
        host.MakeRoot("cpuset", "minirun/cpuset.cpus", "\n");
        host.MakeRoot("cpuset", "minirun/cpuset.mems", "1\n");
        host.MakeAll("cpuset", "cpuset.cpus", "cpuset.mems");
        var resources = new ResourceSpec { Cpus = "1" };
        var cgroup = host.Create(resources);
        Assert.Equal("0-3\n", host.ReadRoot("cpuset", "minirun/cpuset.cpus"));
        Assert.Equal("1\n", host.ReadRoot("cpuset", "minirun/cpuset.mems"));
        Assert.Equal("0-3\n", host.Read("cpuset", "cpuset.cpus"));
        Assert.Equal("1\n", host.Read("cpuset", "cpuset.mems"));
        cgroup.SetLimits(resources);
        Assert.Equal("1", host.Read("cpuset", "cpuset.cpus")[..1]);
    }

    [Fact]
    public void Controllers_that_reach_it_already_are_not_handed_down_again()
    {
        using var host = FakeHost.Unified("memory", "pids");
        host.MakeRoot("all", "cgroup.subtree_control");
        host.Make("all", "cgroup.controllers", "pids memory\n");
        host.Create();
        Assert.Equal("", host.ReadRoot("all", "cgroup.subtree_control"));
    }

    [Fact]
    public void Controllers_are_handed_down_one_by_one_where_not_all_can_be()
    {
        using var host = FakeHost.Unified("memory", "pids");
        host.MakeRoot("all", "minirun/cgroup.subtree_control");
        // No file at the root at all: what is below is tried all the same.
        host.Create();
        Assert.Equal("+memory +pids", host.ReadRoot("all", "minirun/cgroup.subtree_control"));
    }

    [Fact]
    public void A_later_limit_brings_the_processes_into_the_hierarchy_that_it_needs()
    {
        using var host = FakeHost.Hybrid();
        var cgroup = host.Create();
        host.Make("unified", "cgroup.procs", "42\n");
        Assert.False(host.HasCgroup("cpuset"));
        host.MakeAll("cpuset", "cpuset.cpus", "cgroup.procs");
        cgroup.SetLimits(new ResourceSpec { Cpus = "0" });
        Assert.Equal("0", host.Read("cpuset", "cpuset.cpus"));
        Assert.Equal("42", host.Read("cpuset", "cgroup.procs"));
    }

    [Fact]
    public void All_members_are_those_below_as_well()
    {
        using var host = FakeHost.Hybrid();
        host.Make("pids", "cgroup.procs", "1\n");
        host.Make("pids", "a/cgroup.procs", "2\n");
        host.Make("pids", "a/b/cgroup.procs", "3\n0\n");
        host.Make("pids", "c/cgroup.procs", "4\n");
        var cgroup = host.Create();
        Assert.Equal([1], cgroup.Members());
        Assert.Equal([1, 2, 3, 4], cgroup.AllMembers().Order());
        host.MakeFolder("pids", "without");
        Assert.Equal(4, cgroup.AllMembers().Count);
    }
}
