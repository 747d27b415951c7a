using MiniRun.Runtime.Cgroups;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupUsageTests
{
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
        using var host = FakeHost.Legacy();
        host.Make("memory", "memory.usage_in_bytes", "5000000\n");
        host.Make("memory", "memory.stat", "inactive_file 1\ntotal_inactive_file 6000000\n");
        host.Make("cpuacct", "cpuacct.usage", "987654321\n");
        host.Make("pids", "pids.current", "4\n");
        // More cache than usage is a race between two files, and no negative usage.
        Assert.Equal(new CgroupUsage(987_654_321, 0, 4), host.Create().ReadUsage());
    }

    [Fact]
    public void Beside_v1_the_v2_tree_counts_time()
    {
        using var host = FakeHost.Hybrid();
        host.Make("unified", "cpu.stat", "usage_usec 12\n");
        host.Make("pids", "pids.current", "4\n");
        Assert.Equal(new CgroupUsage(12_000, 0, 4), host.Create().ReadUsage());
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
    public void A_flat_keyed_file_is_read_by_whole_keys(string? text, string key, long? value) => Assert.Equal(value, FlatFile.Field(text, key));
}
