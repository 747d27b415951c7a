using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class OtherLimitTests
{
    [Theory]
    [InlineData(7, "7")]
    [InlineData(0, "1")]
    [InlineData(-1, "max")]
    public void No_process_means_one_and_less_means_any_number(long limit, string written)
    {
        var resources = new ResourceSpec { PidsLimit = limit };
        foreach (var (host, tree) in ((FakeHost, string)[])[(FakeHost.Unified(), "all"), (FakeHost.Hybrid(), "pids")])
        {
            using (host)
            {
                host.Make(tree, "pids.max");
                Assert.Empty(host.Warnings(resources));
                Assert.Equal(written, host.Read(tree, "pids.max"));
            }
        }
    }

    [Fact]
    public void What_is_not_asked_for_is_not_written()
    {
        // A host without any file would complain.
        using var host = FakeHost.Unified();
        host.Create().SetLimits(new ResourceSpec(), strict: true);
        Assert.Empty(host.Warnings(new ResourceSpec()));
    }

    [Fact]
    public void A_controller_that_is_missing_is_a_warning_or_an_error()
    {
        using var host = FakeHost.Unified("misc");
        var resources = new ResourceSpec { MemoryLimit = 4096, MemorySwap = 4096, CpuQuota = 1000, CpuShares = 10, PidsLimit = 5, Cpus = "0", MemoryReservation = 5 };
        Assert.Equal(
            [
                "No writable cgroup hierarchy has the memory controller: the memory limit is not enforced.",
                "No writable cgroup hierarchy has the memory controller: the memory reservation is not enforced.",
                "No writable cgroup hierarchy has the cpu controller: the CPU limit is not enforced.",
                "No writable cgroup hierarchy has the cpu controller: the CPU weight is not enforced.",
                "No writable cgroup hierarchy has the cpuset controller: cpu.cpus is not enforced.",
                "No writable cgroup hierarchy has the pids controller: the limit on processes is not enforced.",
            ],
            host.Warnings(resources));
        Assert.Equal("$.linux.resources.memory.limit: no writable cgroup hierarchy has the memory controller; leave the field out, or use a host that can", host.Refusal(resources));
        Assert.StartsWith("$.linux.resources.cpu.quota: ", host.Refusal(new ResourceSpec { CpuQuota = 5 }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.cpu.burst: ", host.Refusal(new ResourceSpec { CpuBurst = 5 }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.cpu.shares: ", host.Refusal(new ResourceSpec { CpuShares = 5 }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.cpu.idle: ", host.Refusal(new ResourceSpec { CpuIdle = 1 }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.cpu.mems: ", host.Refusal(new ResourceSpec { MemoryNodes = "0" }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.pids.limit: ", host.Refusal(new ResourceSpec { PidsLimit = 0 }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.hugepageLimits[0]: ", host.Refusal(new ResourceSpec { HugePageLimits = [new("2MB", 5)] }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.rdma.mlx: ", host.Refusal(new ResourceSpec { Rdma = { ["mlx"] = new(1, null) } }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_unlimited_needs_no_controller()
    {
        using var host = FakeHost.Unified("misc");
        host.Create().SetLimits(
            new ResourceSpec
            {
                MemoryLimit = -1, MemorySwap = -1, MemoryReservation = -1, CpuQuota = -1, CpuPeriod = 1000, CpuBurst = 0, CpuShares = 0, CpuIdle = 0, PidsLimit = -1, Cpus = "",
                Rdma = { ["mlx"] = new(null, null) }, Network = new NetworkClassSpec(0, new Dictionary<string, uint>()), BlockIo = new BlockIoSpec(), Devices = [new(true, 'a', null, null, "rwm")],
            },
            strict: true);
    }

    [Fact]
    public void A_controller_that_does_not_reach_the_cgroup_is_told_apart()
    {
        using var host = FakeHost.Unified();
        host.Make("all", "cgroup.controllers", "cpu pids\n");
        var resources = new ResourceSpec { MemoryLimit = 4096, PidsLimit = -1 };
        Assert.Equal(
            $"$.linux.resources.memory.limit: the memory controller does not reach {host.Place("all")}, perhaps because a cgroup above it has processes of its own; leave the field out, or use a host that can",
            host.Refusal(resources));
        Assert.Single(host.Warnings(resources));
    }

    [Theory]
    [InlineData(1048576UL, "1048576", "1048576")]
    [InlineData(ulong.MaxValue, "max", "-1")]
    public void Huge_pages_are_limited_in_use_and_reserved(ulong limit, string v2, string v1)
    {
        var resources = new ResourceSpec { HugePageLimits = [new("2MB", limit)] };
        using var unified = FakeHost.Unified();
        unified.MakeAll("all", "hugetlb.2MB.max", "hugetlb.2MB.rsvd.max");
        Assert.Empty(unified.Warnings(resources));
        Assert.Equal(v2, unified.Read("all", "hugetlb.2MB.max"));
        Assert.Equal(v2, unified.Read("all", "hugetlb.2MB.rsvd.max"));
        using var hybrid = FakeHost.Hybrid();
        // Kernels before 5.7 have no reservations.
        hybrid.MakeAll("hugetlb", "hugetlb.2MB.limit_in_bytes");
        Assert.Empty(hybrid.Warnings(resources));
        Assert.Equal(v1, hybrid.Read("hugetlb", "hugetlb.2MB.limit_in_bytes"));
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("MB")]
    [InlineData("2")]
    [InlineData("2XB")]
    [InlineData("2MBMB")]
    [InlineData("")]
    public void A_page_size_is_a_number_and_a_unit(string size)
    {
        using var host = FakeHost.Unified();
        Assert.StartsWith("$.linux.resources.hugepageLimits[0].pageSize: ", host.Refusal(new ResourceSpec { HugePageLimits = [new(size, 1)] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_size_that_the_host_does_not_have_is_named()
    {
        using var host = FakeHost.Unified();
        host.Make("all", "hugetlb.2MB.max");
        Assert.Equal(
            "$.linux.resources.hugepageLimits[1].pageSize: this host has no huge pages of 1GB; leave the field out, or use a host that can",
            host.Refusal(new ResourceSpec { HugePageLimits = [new("2MB", 1), new("1GB", 1)] }));
    }

    [Fact]
    public void Network_classes_are_for_v1()
    {
        var resources = new ResourceSpec { Network = new NetworkClassSpec(0x100001, new Dictionary<string, uint> { ["eth0"] = 5 }) };
        using var hybrid = FakeHost.Hybrid();
        hybrid.Make("net_cls", "net_cls.classid");
        hybrid.Make("net_prio", "net_prio.ifpriomap");
        Assert.Empty(hybrid.Warnings(resources));
        Assert.Equal("1048577", hybrid.Read("net_cls", "net_cls.classid"));
        Assert.Equal("eth0 5", hybrid.Read("net_prio", "net_prio.ifpriomap"));
        using var unified = FakeHost.Unified();
        Assert.StartsWith("$.linux.resources.network.classID: cgroup v2 has nothing like it", unified.Refusal(resources), StringComparison.Ordinal);
        Assert.Equal(2, unified.Warnings(resources).Count);
    }

    [Fact]
    public void Rdma_devices_are_limited_each()
    {
        foreach (var (host, tree) in ((FakeHost, string)[])[(FakeHost.Unified(), "all"), (FakeHost.Hybrid(), "rdma")])
        {
            using (host)
            {
                host.Make(tree, "rdma.max");
                Assert.Empty(host.Warnings(new ResourceSpec { Rdma = { ["mlx4_0"] = new(2, null) } }));
                Assert.Equal("mlx4_0 hca_handle=2 hca_object=max", host.Read(tree, "rdma.max"));
            }
        }
    }

    [Fact]
    public void The_unified_map_is_written_after_everything_else()
    {
        using var host = FakeHost.Unified();
        host.MakeAll("all", "memory.max", "memory.high", "io.max");
        Assert.Empty(host.Warnings(new ResourceSpec { MemoryLimit = 4096, Unified = { ["memory.max"] = "8192", ["memory.high"] = "max", ["io.max"] = "8:0 rbps=1\n8:16 rbps=2\n" } }));
        Assert.Equal("8192", host.Read("all", "memory.max"));
        Assert.Equal("max", host.Read("all", "memory.high"));
        Assert.Equal("8:16 rbps=2", host.Read("all", "io.max"));
    }

    [Fact]
    public void The_unified_map_needs_v2_and_a_file_that_exists()
    {
        using var legacy = FakeHost.Legacy();
        Assert.Equal(
            "$.linux.resources.unified.memory.high: this host has cgroup v1 alone, and these are files of v2; leave the field out, or use a host that can",
            legacy.Refusal(new ResourceSpec { Unified = { ["memory.high"] = "1" } }));
        using var hybrid = FakeHost.Hybrid();
        Assert.StartsWith(
            "$.linux.resources.unified.memory.high: the kernel has no memory.high in ", hybrid.Refusal(new ResourceSpec { Unified = { ["memory.high"] = "max" } }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.unified.nonsense: ", hybrid.Refusal(new ResourceSpec { Unified = { ["nonsense"] = "1" } }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../memory.max")]
    [InlineData("below/memory.max")]
    [InlineData("a\0b")]
    [InlineData("cgroup.procs")]
    [InlineData("cgroup.threads")]
    [InlineData("cgroup.kill")]
    public void The_unified_map_names_files_with_limits_alone(string file)
    {
        using var host = FakeHost.Unified();
        Assert.Equal(
            $"$.linux.resources.unified.{file}: must be the name of a file with a limit, such as \"memory.high\"",
            host.Refusal(new ResourceSpec { Unified = { [file] = "1" } }));
    }
}
