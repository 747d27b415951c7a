using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

[Trait("Category", "Integration")]
public sealed class RealCgroupTests : IDisposable
{
    readonly string _parent = $"minirun-test-{Guid.NewGuid():N}";
    readonly CgroupLayout _layout = CgroupLayout.Detect();
    readonly ContainerCgroup _cgroup;

    public RealCgroupTests() => _cgroup = ContainerCgroup.Create(_layout, _parent + "/one");

    public void Dispose()
    {
        _cgroup.Kill();
        CgroupRemoval.Await(_cgroup);
        Assert.True(ContainerCgroup.Find(_layout, _parent).TryRemove());
    }

    [Fact]
    public void The_kernel_takes_the_limits()
    {
        _cgroup.SetLimits(new ResourceSpec { MemoryLimit = 32 << 20, MemorySwap = 32 << 20, CpuQuota = 20_000, CpuPeriod = 100_000, CpuShares = 512, PidsLimit = 9 });
        Assert.Equal("9", Read("pids", "pids.max", "pids.max"));
        Assert.Equal("33554432", Read("memory", "memory.max", "memory.limit_in_bytes"));
        Assert.Contains("20000", Read("cpu", "cpu.max", "cpu.cfs_quota_us"), StringComparison.Ordinal);
        Assert.Empty(_cgroup.Warnings);
    }

    [Fact]
    public void Limits_go_up_and_down()
    {
        foreach (var limit in (long[])[32 << 20, 64 << 20, 16 << 20, -1, 8 << 20])
        {
            _cgroup.SetLimits(new ResourceSpec { MemoryLimit = limit, MemorySwap = limit });
            if (limit > 0)
            {
                Assert.Equal(limit.ToString(CultureInfo.InvariantCulture), Read("memory", "memory.max", "memory.limit_in_bytes"));
            }
        }
    }

    [Fact]
    public void A_process_in_it_is_counted_and_killed()
    {
        var pid = Spawn.Start("/bin/sleep", ["sleep", "60"], [], 0);
        using var process = Processes.OpenPidFd(pid);
        _cgroup.Add(pid, bornInUnified: false);
        Assert.Equal([pid], _cgroup.Members());
        Assert.Equal(1, _cgroup.ReadUsage()!.Value.Pids);
        Assert.False(_cgroup.TryRemove());
        _cgroup.Kill();
        Assert.Equal(137, Processes.Reap(process, wait: true)!.Value.ExitCode);
        Assert.Empty(_cgroup.Members());
        Assert.Equal(0, _cgroup.ReadOomKills());
        Assert.True(CgroupRemoval.Await(_cgroup));
        Assert.Null(_cgroup.ReadUsage());
        Assert.False(ContainerCgroup.Find(_layout, _cgroup.Path).Exists());
    }

    string Read(string controller, string unified, string legacy)
    {
        var hierarchy = _layout.For(controller)!;
        return File.ReadAllText($"{hierarchy.Path}/{_cgroup.Path}/{(hierarchy.IsUnified ? unified : legacy)}").Trim();
    }
}
