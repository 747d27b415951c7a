using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class ContainerCgroupTests
{
    static readonly ResourceSpec Limits = new()
    {
        MemoryLimit = 64 << 20, MemorySwap = 96 << 20, CpuQuota = 25_000, CpuPeriod = 50_000, CpuShares = 1024, PidsLimit = 7,
    };

    [Fact]
    public void A_cgroup_is_one_path_in_every_hierarchy_that_is_used()
    {
        using var host = FakeHost.Hybrid();
        var cgroup = ContainerCgroup.Create(host.Layout, "/minirun/one/");
        Assert.Equal("minirun/one", cgroup.Path);
        Assert.All((string[])["unified", "memory", "cpu", "cpuacct", "pids"], tree => Assert.True(host.HasCgroup(tree)));
        Assert.False(host.HasCgroup("devices"));
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
        Assert.Equal("+memory", host.ReadRoot("all", "cgroup.subtree_control"));
        Assert.Equal("+memory", host.ReadRoot("all", "minirun/cgroup.subtree_control"));
    }

    [Fact]
    public void Limits_are_written_as_v2_takes_them()
    {
        using var host = FakeHost.Unified();
        MakeFiles(host, "all", "memory.max", "memory.swap.max", "cpu.max", "cpu.weight", "pids.max");
        var cgroup = host.Create();
        cgroup.SetLimits(Limits);
        Assert.Equal("67108864", host.Read("all", "memory.max"));
        // v2 counts swap apart from memory.
        Assert.Equal("33554432", host.Read("all", "memory.swap.max"));
        Assert.Equal("25000 50000", host.Read("all", "cpu.max"));
        Assert.Equal("100", host.Read("all", "cpu.weight"));
        Assert.Equal("7", host.Read("all", "pids.max"));
        Assert.Empty(cgroup.Warnings);
    }

    [Fact]
    public void No_limit_is_max_in_v2()
    {
        using var host = FakeHost.Unified();
        MakeFiles(host, "all", "memory.max", "memory.swap.max", "cpu.max", "pids.max");
        host.Create().SetLimits(new ResourceSpec { MemoryLimit = -1, MemorySwap = -1, CpuQuota = -1, PidsLimit = -1 });
        Assert.Equal("max", host.Read("all", "memory.max"));
        Assert.Equal("max", host.Read("all", "memory.swap.max"));
        Assert.Equal("max 100000", host.Read("all", "cpu.max"));
        Assert.Equal("max", host.Read("all", "pids.max"));
    }

    [Fact]
    public void Swap_below_memory_grants_none_and_no_process_means_one()
    {
        using var host = FakeHost.Unified();
        MakeFiles(host, "all", "memory.max", "memory.swap.max", "pids.max");
        host.Create().SetLimits(new ResourceSpec { MemoryLimit = 4096, MemorySwap = 1024, PidsLimit = 0 });
        Assert.Equal("0", host.Read("all", "memory.swap.max"));
        Assert.Equal("1", host.Read("all", "pids.max"));
    }

    [Fact]
    public void A_kernel_without_swap_accounting_is_no_error()
    {
        using var host = FakeHost.Unified();
        MakeFiles(host, "all", "memory.max");
        host.Create().SetLimits(new ResourceSpec { MemoryLimit = 4096, MemorySwap = 4096 });
        Assert.Equal("4096", host.Read("all", "memory.max"));
    }

    [Fact]
    public void Limits_are_written_as_v1_takes_them()
    {
        using var host = FakeHost.Hybrid();
        MakeFiles(host, "memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes");
        MakeFiles(host, "cpu", "cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.shares");
        MakeFiles(host, "pids", "pids.max");
        host.Create().SetLimits(Limits);
        Assert.Equal("67108864", host.Read("memory", "memory.limit_in_bytes"));
        // v1 counts memory and swap together.
        Assert.Equal("100663296", host.Read("memory", "memory.memsw.limit_in_bytes"));
        Assert.Equal("50000", host.Read("cpu", "cpu.cfs_period_us"));
        Assert.Equal("25000", host.Read("cpu", "cpu.cfs_quota_us"));
        Assert.Equal("1024", host.Read("cpu", "cpu.shares"));
        Assert.Equal("7", host.Read("pids", "pids.max"));
    }

    [Fact]
    public void No_limit_is_minus_one_in_v1()
    {
        using var host = FakeHost.Hybrid();
        MakeFiles(host, "memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes");
        MakeFiles(host, "cpu", "cpu.cfs_period_us", "cpu.cfs_quota_us");
        host.Create().SetLimits(new ResourceSpec { MemoryLimit = -1, CpuQuota = -1 });
        Assert.Equal("-1", host.Read("memory", "memory.limit_in_bytes"));
        Assert.Equal("", host.Read("memory", "memory.memsw.limit_in_bytes"));
        Assert.Equal("-1", host.Read("cpu", "cpu.cfs_quota_us"));
        Assert.Equal("100000", host.Read("cpu", "cpu.cfs_period_us"));
    }

    [Fact]
    public void What_is_not_asked_for_is_not_written()
    {
        using var host = FakeHost.Unified();
        MakeFiles(host, "all", "memory.max", "cpu.max", "cpu.weight", "pids.max");
        var cgroup = host.Create();
        cgroup.SetLimits(new ResourceSpec { CpuShares = 0 });
        Assert.All((string[])["memory.max", "cpu.max", "cpu.weight", "pids.max"], file => Assert.Equal("", host.Read("all", file)));
        Assert.Empty(cgroup.Warnings);
    }

    [Fact]
    public void A_controller_that_is_missing_is_a_warning()
    {
        using var host = FakeHost.Unified("io");
        var cgroup = host.Create();
        cgroup.SetLimits(Limits);
        Assert.Equal(
            [
                "No writable cgroup hierarchy has the memory controller: the memory limit is not enforced.",
                "No writable cgroup hierarchy has the cpu controller: the CPU limit is not enforced.",
                "No writable cgroup hierarchy has the cpu controller: the CPU weight is not enforced.",
                "No writable cgroup hierarchy has the pids controller: the limit on processes is not enforced.",
            ],
            cgroup.Warnings);
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

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(1024, 100)]
    [InlineData(262144, 10000)]
    [InlineData(999999, 10000)]
    public void Shares_become_weight(ulong shares, long weight) => Assert.Equal(weight, ContainerCgroup.Weight(shares));

    [Fact]
    public void More_shares_never_weigh_less()
    {
        for (var shares = 3UL; shares <= 262144; shares += 97)
        {
            Assert.True(ContainerCgroup.Weight(shares - 1) <= ContainerCgroup.Weight(shares));
        }
    }

    [Fact]
    public void Usage_of_v2_is_memory_without_cache_time_and_processes()
    {
        using var host = FakeHost.Unified();
        host.Make("all", "memory.current", "5000000\n");
        host.Make("all", "memory.stat", "anon 1\ninactive_file 1000000\nactive_file 7\ntotal_inactive_file 9\n");
        host.Make("all", "cpu.stat", "usage_usec 1234567\nuser_usec 1\n");
        host.Make("all", "pids.current", "3\n");
        Assert.Equal(new CgroupUsage(1_234_567_000, 4_000_000, 3), host.Create().ReadUsage());
    }

    [Fact]
    public void Usage_of_v1_comes_from_three_hierarchies()
    {
        using var host = FakeHost.Hybrid();
        host.Make("memory", "memory.usage_in_bytes", "5000000\n");
        host.Make("memory", "memory.stat", "inactive_file 1\ntotal_inactive_file 6000000\n");
        host.Make("cpuacct", "cpuacct.usage", "987654321\n");
        host.Make("pids", "pids.current", "4\n");
        // More cache than usage is a race between two files, and no negative usage.
        Assert.Equal(new CgroupUsage(987_654_321, 0, 4), host.Create().ReadUsage());
    }

    [Fact]
    public void Without_a_controller_members_are_counted_and_the_rest_is_zero()
    {
        using var host = FakeHost.Unified("io");
        host.Make("all", "cpu.stat", "usage_usec 5\n");
        host.Make("all", "cgroup.procs", "0\n12\n34\n");
        Assert.Equal(new CgroupUsage(5000, 0, 2), host.Create().ReadUsage());
    }

    [Fact]
    public void A_cgroup_that_is_gone_has_no_usage()
    {
        using var host = FakeHost.Hybrid();
        Assert.Null(host.Create().ReadUsage());
    }

    [Theory]
    [InlineData("low 0\noom 3\noom_kill 2\noom_group_kill 9\n", 2)]
    [InlineData("oom_kill_disable 1\n", 0)]
    [InlineData("", 0)]
    public void Kills_for_want_of_memory_are_counted(string events, long kills)
    {
        using var host = FakeHost.Unified();
        host.Make("all", "memory.events", events);
        Assert.Equal(kills, host.Create().ReadOomKills());
    }

    [Fact]
    public void In_v1_kills_are_told_by_oom_control()
    {
        using var host = FakeHost.Hybrid();
        host.Make("memory", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");
        Assert.Equal(5, host.Create().ReadOomKills());
    }

    [Theory]
    [InlineData("a 1\nab 2", "ab", 2L)]
    [InlineData("ab 2\na 1", "a", 1L)]
    [InlineData("a 1", "b", null)]
    [InlineData("a", "a", null)]
    [InlineData(null, "a", null)]
    public void A_flat_keyed_file_is_read_by_whole_keys(string? text, string key, long? value) => Assert.Equal(value, ContainerCgroup.Field(text, key));

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
        foreach (var tree in (string[])["unified", "memory", "cpu", "cpuacct", "pids"])
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
    public void The_unified_folder_is_opened_for_the_clone()
    {
        using var host = FakeHost.Unified();
        using var folder = host.Create().OpenUnified();
        Assert.Equal($"{host.Layout.Unified!.Path}/{FakeHost.Path}", new FileInfo($"/proc/self/fd/{Files.Number(folder!)}").LinkTarget);
    }

    [Fact]
    public void The_unified_tree_kills_at_once()
    {
        using var host = FakeHost.Hybrid();
        host.Make("unified", "cgroup.kill");
        host.Make("pids", "cgroup.procs", "1\n");
        host.Create().Kill();
        Assert.Equal("1", host.Read("unified", "cgroup.kill"));
    }

    [Fact]
    public void Without_it_every_member_is_killed_and_nobody_else()
    {
        var member = Spawn.Start("/bin/sleep", ["sleep", "60"], [], 0);
        var other = Spawn.Start("/bin/sleep", ["sleep", "60"], [], 0);
        using var memberFd = Processes.OpenPidFd(member);
        using var otherFd = Processes.OpenPidFd(other);
        using var host = FakeHost.Hybrid();
        // The last pid stands for one that ended meanwhile.
        host.Make("pids", "cgroup.procs", string.Create(CultureInfo.InvariantCulture, $"{member}\n{int.MaxValue}\n"));
        host.Create().Kill();
        Assert.Equal(137, Processes.Reap(memberFd, wait: true)!.Value.ExitCode);
        Assert.Null(Processes.Reap(otherFd, wait: false));
        Processes.Signal(otherFd, Signals.Kill);
        Processes.Reap(otherFd, wait: true);
    }

    [Fact]
    public void What_the_container_made_below_is_removed_first()
    {
        using var host = FakeHost.Hybrid();
        var cgroup = host.Create();
        host.MakeFolder("unified", "a/b/c");
        host.MakeFolder("memory", "x");
        Assert.True(cgroup.TryRemove());
        Assert.All((string[])["unified", "memory", "cpu", "cpuacct", "pids"], tree => Assert.False(host.HasCgroup(tree)));
        Assert.True(cgroup.TryRemove());
    }

    [Fact]
    public void A_cgroup_that_is_in_use_stays_and_the_others_go()
    {
        using var host = FakeHost.Hybrid();
        var cgroup = host.Create();
        host.Make("memory", "in-use");
        Assert.False(cgroup.TryRemove());
        Assert.True(host.HasCgroup("memory"));
        Assert.False(host.HasCgroup("pids"));
        host.Remove("memory", "in-use");
        Assert.True(cgroup.TryRemove());
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

    [Fact]
    public async Task Removal_waits_for_processes_that_are_ending()
    {
        using var host = FakeHost.Unified();
        var cgroup = host.Create();
        host.Make("all", "in-use");
        var removal = Task.Run(() => CgroupRemoval.Await(cgroup), TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(removal.IsCompleted);
        host.Remove("all", "in-use");
        Assert.True(await removal);
        Assert.False(host.HasCgroup("all"));
    }

    [Fact]
    public void Removal_does_not_wait_for_ever()
    {
        using var host = FakeHost.Unified();
        var cgroup = host.Create();
        host.Make("all", "in-use");
        Assert.False(CgroupRemoval.Await(cgroup));
    }

    static void MakeFiles(FakeHost host, string tree, params string[] files)
    {
        foreach (var file in files)
        {
            host.Make(tree, file);
        }
    }
}
