using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

[Trait("Category", "Integration")]
public sealed class RealCgroupTests : IDisposable
{
    const string FillMemory = "exec dd if=/dev/zero of=/dev/null bs=64M count=1";
    const string Fork = "sleep 0 & wait $! && echo forked";
    const string ShowCpus = "grep Cpus_allowed_list /proc/self/status | cut -f2";

    readonly RealHost _host = RealHost.Whole();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_kernel_takes_the_limits()
    {
        _host.Create(new ResourceSpec
        {
            MemoryLimit = 32 << 20, MemorySwap = 32 << 20, MemoryReservation = 16 << 20, CpuQuota = 20_000, CpuPeriod = 100_000, CpuBurst = 10_000, CpuShares = 512, PidsLimit = 9,
        });
        Assert.Equal("9", _host.Read("pids", "pids.max"));
        Assert.Equal("33554432", _host.Read("memory", _host.IsUnified("memory") ? "memory.max" : "memory.limit_in_bytes"));
        Assert.Equal("16777216", _host.Read("memory", _host.IsUnified("memory") ? "memory.low" : "memory.soft_limit_in_bytes"));
        Assert.Contains("20000", _host.Read("cpu", _host.IsUnified("cpu") ? "cpu.max" : "cpu.cfs_quota_us"), StringComparison.Ordinal);
        Assert.Equal("10000", _host.Read("cpu", _host.IsUnified("cpu") ? "cpu.max.burst" : "cpu.cfs_burst_us"));
    }

    [Fact]
    public void Memory_limits_go_up_and_down()
    {
        var cgroup = _host.Create();
        foreach (var limit in (long[])[32 << 20, 64 << 20, 16 << 20, -1, 8 << 20])
        {
            cgroup.SetLimits(new ResourceSpec { MemoryLimit = limit, MemorySwap = limit }, strict: true);
            if (limit > 0)
            {
                Assert.Equal(limit.ToString(CultureInfo.InvariantCulture), _host.Read("memory", _host.IsUnified("memory") ? "memory.max" : "memory.limit_in_bytes"));
            }
        }
    }

    [Fact]
    public void Quota_period_and_burst_go_up_and_down_together()
    {
        var cgroup = _host.Create();
        foreach (var (quota, period, burst) in ((long, ulong, ulong)[])[(50_000, 100_000, 50_000), (5_000, 10_000, 1_000), (400_000, 500_000, 200_000), (-1, 100_000, 0), (20_000, 100_000, 20_000)])
        {
            cgroup.SetLimits(new ResourceSpec { CpuQuota = quota, CpuPeriod = period, CpuBurst = burst }, strict: true);
            Assert.Equal(burst.ToString(CultureInfo.InvariantCulture), _host.Read("cpu", _host.IsUnified("cpu") ? "cpu.max.burst" : "cpu.cfs_burst_us"));
        }
    }

    [Fact]
    public void Idle_and_weight_change_in_either_direction()
    {
        var cgroup = _host.Create(new ResourceSpec { CpuShares = 512, CpuIdle = 1 });
        Assert.Equal("1", _host.Read("cpu", "cpu.idle"));
        cgroup.SetLimits(new ResourceSpec { CpuShares = 256, CpuIdle = 0 }, strict: true);
        Assert.Equal("0", _host.Read("cpu", "cpu.idle"));
        Assert.Equal(_host.IsUnified("cpu") ? "35" : "256", _host.Read("cpu", _host.IsUnified("cpu") ? "cpu.weight" : "cpu.shares"));
    }

    [Fact]
    public void What_the_kernel_refuses_names_the_field()
    {
        var cgroup = _host.Create();
        var e = Assert.Throws<CgroupException>(() => cgroup.SetLimits(new ResourceSpec { CpuQuota = 5, CpuPeriod = 100_000 }));
        Assert.Equal(("$.linux.resources.cpu.quota", Errno.EINVAL), (e.Field, e.Errno));
        e = Assert.Throws<CgroupException>(() => cgroup.SetLimits(new ResourceSpec { CpuIdle = 7 }));
        Assert.Equal("$.linux.resources.cpu.idle", e.Field);
    }

    [Fact]
    public void A_process_that_takes_more_memory_than_its_limit_is_killed()
    {
        var cgroup = _host.Create(new ResourceSpec { MemoryLimit = 16 << 20, MemorySwap = 16 << 20 });
        Assert.Equal(137, CgroupProcess.Run(cgroup, FillMemory).ExitCode);
        Assert.Equal(1, cgroup.ReadOomKills());
        // The control: the same program with enough.
        cgroup.SetLimits(new ResourceSpec { MemoryLimit = 256 << 20, MemorySwap = 256 << 20 }, strict: true);
        Assert.Equal(0, CgroupProcess.Run(cgroup, FillMemory).ExitCode);
        Assert.Equal(1, cgroup.ReadOomKills());
    }

    [Fact]
    public void A_process_above_the_limit_is_not_forked()
    {
        var cgroup = _host.Create(new ResourceSpec { PidsLimit = 1 });
        Assert.DoesNotContain("forked", CgroupProcess.Run(cgroup, Fork).Output, StringComparison.Ordinal);
        cgroup.SetLimits(new ResourceSpec { PidsLimit = 2 }, strict: true);
        Assert.Equal("forked", CgroupProcess.Run(cgroup, Fork).Output);
    }

    [Fact]
    public void A_cpuset_keeps_a_process_on_its_processors()
    {
        Assert.SkipWhen(_host.Layout.For("cpuset") is null, "this host has no cpuset controller");
        Assert.Equal("0", CgroupProcess.Run(_host.Create(new ResourceSpec { Cpus = "0", MemoryNodes = "0" }), ShowCpus).Output);
    }

    [Fact]
    public void A_cpuset_can_be_given_to_a_process_that_runs()
    {
        Assert.SkipWhen(_host.Layout.For("cpuset") is null, "this host has no cpuset controller");
        Assert.SkipWhen(Environment.ProcessorCount < 2, "this host has one processor");
        var cgroup = _host.Create();
        using var process = CgroupProcess.Start(cgroup, $"{ShowCpus}; read go; {ShowCpus}; sleep 60");
        Assert.NotEqual("0", process.ReadLine());
        cgroup.SetLimits(new ResourceSpec { Cpus = "0" }, strict: true);
        process.Continue();
        Assert.Equal("0", process.ReadLine());
    }

    [Fact]
    public void A_shell_goes_through_the_entrances_by_itself()
    {
        var cgroup = _host.Create();
        var output = CgroupProcess.Run(null, $"for file in {string.Join(' ', cgroup.Entrances().Select(entrance => entrance.Path))}; do echo 0 >$file; done; cat /proc/self/cgroup").Output;
        Assert.All(cgroup.Branches.Where(b => !b.IsUnified), branch =>
            Assert.Contains($":{string.Join(',', branch.Hierarchy.Controllers)}:/{cgroup.Path}", output, StringComparison.Ordinal));
    }

    [Fact]
    public void Huge_pages_are_limited()
    {
        Assert.SkipWhen(_host.Layout.For("hugetlb") is null || !Directory.Exists("/sys/kernel/mm/hugepages/hugepages-2048kB"), "this host has no hugetlb controller or no pages of 2 MiB");
        _host.Create(new ResourceSpec { HugePageLimits = [new("2MB", 4 << 20)] });
        Assert.Equal("4194304", _host.Read("hugetlb", _host.IsUnified("hugetlb") ? "hugetlb.2MB.max" : "hugetlb.2MB.limit_in_bytes"));
        Assert.Equal("4194304", _host.Read("hugetlb", _host.IsUnified("hugetlb") ? "hugetlb.2MB.rsvd.max" : "hugetlb.2MB.rsvd.limit_in_bytes"));
    }

    [Fact]
    public void A_process_in_it_is_counted_and_killed()
    {
        var cgroup = _host.Create();
        using var process = CgroupProcess.Start(cgroup, "exec sleep 60");
        Assert.Equal([process.Pid], cgroup.Members());
        Assert.Equal(1, cgroup.ReadUsage()!.Value.Pids);
        Assert.False(cgroup.TryRemove());
        Assert.Throws<CgroupException>(() => ContainerCgroup.Create(_host.Layout, cgroup.Path, strict: true));
        cgroup.Kill();
        Assert.Equal(137, process.ExitCode());
        Assert.Empty(cgroup.Members());
        Assert.Equal(0, cgroup.ReadOomKills());
        Assert.True(CgroupRemoval.Await(cgroup));
        Assert.Null(cgroup.ReadUsage());
        Assert.False(ContainerCgroup.Find(_host.Layout, cgroup.Path).Exists());
    }
}
