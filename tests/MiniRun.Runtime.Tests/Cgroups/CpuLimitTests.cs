using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CpuLimitTests
{
    static readonly string[] V1 = ["cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.cfs_burst_us", "cpu.shares", "cpu.idle"];
    static readonly string[] V2 = ["cpu.max", "cpu.max.burst", "cpu.weight", "cpu.idle"];

    [Theory]
    // quota, period, burst, shares, idle; what v2 gets; what v1 gets.
    [InlineData(25_000L, 50_000UL, 1_000UL, 1024UL, null, "25000 50000|1000|100|", "50000|25000|1000|1024|")]
    [InlineData(25_000L, null, null, null, null, "25000|||", "|25000|||")]
    [InlineData(-1L, null, null, null, null, "max|||", "|-1|||")]
    [InlineData(-5L, 7_000UL, 0UL, null, null, "max 7000|0||", "7000|-1|0||")]
    [InlineData(null, 7_000UL, null, null, null, "max 7000|||", "7000||||")]
    [InlineData(0L, 0UL, null, 0UL, null, "|||", "||||")]
    [InlineData(null, null, null, 2UL, 1L, "||1|1", "|||2|1")]
    [InlineData(null, null, null, null, 0L, "|||0", "||||0")]
    [InlineData(null, null, null, null, null, "|||", "||||")]
    public void Limits_are_written_as_each_version_takes_them(long? quota, ulong? period, ulong? burst, ulong? shares, long? idle, string v2, string v1)
    {
        var resources = new ResourceSpec { CpuQuota = quota, CpuPeriod = period, CpuBurst = burst, CpuShares = shares, CpuIdle = idle };
        using var unified = FakeHost.Unified();
        unified.MakeAll("all", V2);
        Assert.Empty(unified.Warnings(resources));
        Assert.Equal(v2, string.Join('|', V2.Select(file => unified.Read("all", file))));
        using var hybrid = FakeHost.Hybrid();
        hybrid.MakeAll("cpu", V1);
        Assert.Empty(hybrid.Warnings(resources));
        Assert.Equal(v1, string.Join('|', V1.Select(file => hybrid.Read("cpu", file))));
    }

    [Fact]
    public void A_period_alone_keeps_the_quota_that_is()
    {
        using var host = FakeHost.Unified();
        host.Make("all", "cpu.max", "30000 100000\n");
        host.Create().SetLimits(new ResourceSpec { CpuPeriod = 50_000 });
        Assert.StartsWith("30000 50000", host.Read("all", "cpu.max"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(1024, 100)]
    [InlineData(262144, 10000)]
    [InlineData(999999, 10000)]
    public void Shares_become_weight(ulong shares, long weight) => Assert.Equal(weight, LimitWriter.Weight(shares));

    [Fact]
    public void More_shares_never_weigh_less()
    {
        for (var shares = 3UL; shares <= 262144; shares += 97)
        {
            Assert.True(LimitWriter.Weight(shares - 1) <= LimitWriter.Weight(shares));
        }
    }

    [Fact]
    public void Real_time_is_for_v1()
    {
        var resources = new ResourceSpec { CpuRealtimePeriod = 1_000_000, CpuRealtimeRuntime = 950_000 };
        using var hybrid = FakeHost.Hybrid();
        hybrid.MakeAll("cpu", "cpu.rt_period_us", "cpu.rt_runtime_us");
        Assert.Empty(hybrid.Warnings(resources));
        Assert.Equal("1000000", hybrid.Read("cpu", "cpu.rt_period_us"));
        Assert.Equal("950000", hybrid.Read("cpu", "cpu.rt_runtime_us"));
        using var unified = FakeHost.Unified();
        Assert.StartsWith("$.linux.resources.cpu.realtimeRuntime: cgroup v2 has nothing like it", unified.Refusal(resources), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.cpu.realtimePeriod: ", unified.Refusal(new ResourceSpec { CpuRealtimePeriod = 1 }), StringComparison.Ordinal);
        Assert.Empty(unified.Warnings(new ResourceSpec { CpuRealtimePeriod = 0, CpuRealtimeRuntime = 0 }));
    }

    [Fact]
    public void A_cpuset_is_written_in_either_version()
    {
        var resources = new ResourceSpec { Cpus = "0-2,4", MemoryNodes = "0" };
        foreach (var (host, tree) in ((FakeHost, string)[])[(FakeHost.Unified(), "all"), (FakeHost.Hybrid(), "cpuset")])
        {
            using (host)
            {
                host.MakeAll(tree, "cpuset.cpus", "cpuset.mems");
                Assert.Empty(host.Warnings(resources));
                Assert.Equal("0-2,4", host.Read(tree, "cpuset.cpus"));
                Assert.Equal("0", host.Read(tree, "cpuset.mems"));
                Assert.Empty(host.Warnings(new ResourceSpec { Cpus = "" }));
            }
        }
    }

    [Fact]
    public void A_kernel_without_a_file_is_named()
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("cpu", "cpu.cfs_quota_us");
        var resources = new ResourceSpec { CpuQuota = 1000, CpuBurst = 5 };
        Assert.Equal(
            $"$.linux.resources.cpu.burst: the kernel has no cpu.cfs_burst_us in {host.Layout.For("cpu")!.Path}; leave the field out, or use a host that can",
            host.Refusal(resources));
        Assert.Equal([$"The kernel has no cpu.cfs_burst_us in {host.Layout.For("cpu")!.Path}: the CPU limit is not enforced."], host.Warnings(resources));
        Assert.Equal("1000", host.Read("cpu", "cpu.cfs_quota_us"));
    }

    [Fact]
    public void Of_values_that_depend_on_each_other_the_first_refused_is_named()
    {
        using var host = FakeHost.Hybrid();
        host.MakeRefusing("cpu", "cpu.cfs_period_us");
        host.MakeAll("cpu", "cpu.cfs_quota_us");
        var e = Assert.Throws<CgroupException>(() => host.Create().SetLimits(new ResourceSpec { CpuQuota = 1000, CpuPeriod = 5 }));
        Assert.Equal("$.linux.resources.cpu.period", e.Field);
        Assert.Equal("1000", host.Read("cpu", "cpu.cfs_quota_us"));
    }
}
