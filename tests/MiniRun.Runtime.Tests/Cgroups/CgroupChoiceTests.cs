using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupChoiceTests
{
    static readonly (string More, ResourceSpec Resources)[] Needs =
    [
        ("", new ResourceSpec { MemoryLimit = 1, CpuQuota = 1, PidsLimit = 1 }),
        ("devices", new ResourceSpec { Devices = [new(false, 'a', null, null, "rwm")] }),
        ("cpuset", new ResourceSpec { Cpus = "0" }),
        ("cpuset", new ResourceSpec { MemoryNodes = "0" }),
        ("", new ResourceSpec { Cpus = "", MemoryNodes = "" }),
        ("blkio", new ResourceSpec { BlockIo = new BlockIoSpec { Weight = 10 } }),
        ("blkio", new ResourceSpec { BlockIo = new BlockIoSpec { WriteBytes = [new(8, 0, 1)] } }),
        ("", new ResourceSpec { BlockIo = new BlockIoSpec { Weight = 0 } }),
        ("hugetlb", new ResourceSpec { HugePageLimits = [new("2MB", 1)] }),
        ("net_cls", new ResourceSpec { Network = new NetworkClassSpec(1, new Dictionary<string, uint>()) }),
        ("net_prio", new ResourceSpec { Network = new NetworkClassSpec(null, new Dictionary<string, uint> { ["lo"] = 1 }) }),
        ("rdma", new ResourceSpec { Rdma = { ["mlx"] = new(1, 1) } }),
    ];

    [Fact]
    public void A_hierarchy_of_v1_is_joined_when_something_is_set_there()
    {
        using var host = FakeHost.Hybrid();
        Assert.All(Needs, need => Assert.Equal(
            ((string[])["unified", "memory", "cpu", "pids", need.More]).Where(f => f.Length > 0).Order(),
            CgroupChoice.Hierarchies(host.Layout, need.Resources).Select(h => h.Folder).Order()));
    }

    [Fact]
    public void Without_a_v2_tree_time_and_the_freezer_come_from_v1()
    {
        using var host = FakeHost.Legacy();
        Assert.Equal(["cpu", "cpuacct", "freezer", "memory", "pids"], CgroupChoice.Hierarchies(host.Layout, null).Select(h => h.Folder).Order());
    }

    [Fact]
    public void The_unified_map_needs_the_controllers_of_its_files()
    {
        using var host = FakeHost.Unified();
        var controllers = CgroupChoice.Controllers(host.Layout, new ResourceSpec { Unified = { ["hugetlb.2MB.max"] = "1", ["memory.high"] = "1", ["nonsense"] = "1", [".x"] = "1" } });
        Assert.Contains("hugetlb", controllers);
        Assert.Single(controllers, "memory");
        Assert.DoesNotContain("", controllers);
        Assert.Single(CgroupChoice.Hierarchies(host.Layout, null));
    }
}
