using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class MemoryLimitTests
{
    static readonly string[] V1 = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes", "memory.swappiness", "memory.oom_control"];
    static readonly string[] V2 = ["memory.max", "memory.swap.max", "memory.low"];

    [Theory]
    // limit, swap, reservation; what v2 gets; what v1 gets. v2 counts swap apart from memory, v1 together.
    [InlineData(67108864L, 100663296L, 33554432L, "67108864", "33554432", "33554432", "67108864", "100663296", "33554432")]
    [InlineData(4096L, 4096L, null, "4096", "0", "", "4096", "4096", "")]
    [InlineData(4096L, null, null, "4096", "", "", "4096", "", "")]
    [InlineData(4096L, -1L, null, "4096", "max", "", "4096", "-1", "")]
    [InlineData(-1L, null, -1L, "max", "max", "max", "-1", "-1", "-1")]
    [InlineData(-1L, -1L, null, "max", "max", "", "-1", "-1", "")]
    [InlineData(null, -1L, null, "", "max", "", "", "-1", "")]
    [InlineData(0L, 0L, 0L, "", "", "", "", "", "")]
    [InlineData(null, null, null, "", "", "", "", "", "")]
    public void Limits_are_written_as_each_version_takes_them(
        long? limit, long? swap, long? reservation, string max, string swapMax, string low, string bytes, string both, string soft)
    {
        var resources = new ResourceSpec { MemoryLimit = limit, MemorySwap = swap, MemoryReservation = reservation };
        using var unified = FakeHost.Unified();
        unified.MakeAll("all", V2);
        Assert.Empty(unified.Warnings(resources));
        Assert.Equal([max, swapMax, low], V2.Select(file => unified.Read("all", file)));
        using var hybrid = FakeHost.Hybrid();
        hybrid.MakeAll("memory", V1);
        Assert.Empty(hybrid.Warnings(resources));
        Assert.Equal([bytes, both, soft], V1[..3].Select(file => hybrid.Read("memory", file)));
    }

    [Fact]
    public void Swap_below_memory_is_refused()
    {
        using var host = FakeHost.Unified();
        Assert.Equal(
            "$.linux.resources.memory.swap: 1024 counts memory and swap together and must not be below memory.limit (4096)",
            host.Refusal(new ResourceSpec { MemoryLimit = 4096, MemorySwap = 1024 }));
    }

    [Theory]
    [InlineData(true, "memory.max", "max\n", null)]
    [InlineData(true, "memory.max", "4096\n", "4096")]
    [InlineData(false, "memory.limit_in_bytes", "9223372036854771712\n", null)]
    [InlineData(false, "memory.limit_in_bytes", "4096\n", "8192")]
    public void Swap_alone_goes_with_the_limit_that_is(bool isUnified, string file, string now, string? written)
    {
        using var host = isUnified ? FakeHost.Unified() : FakeHost.Hybrid();
        var (tree, swapFile) = isUnified ? ("all", "memory.swap.max") : ("memory", "memory.memsw.limit_in_bytes");
        host.Make(tree, swapFile);
        host.Make(tree, file, now);
        var resources = new ResourceSpec { MemorySwap = 8192 };
        if (written is null)
        {
            Assert.Equal("$.linux.resources.memory.swap: counts memory and swap together, so that it needs a memory.limit; set that too", host.Refusal(resources));
        }
        else
        {
            host.Create(resources).SetLimits(resources, strict: true);
            Assert.Equal(written, host.Read(tree, swapFile));
        }
    }

    [Theory]
    [InlineData(4096L, 4096L, true)]
    [InlineData(4096L, -1L, true)]
    [InlineData(4096L, 8192L, false)]
    public void A_kernel_without_swap_accounting_is_no_error_where_no_swap_is_granted(long limit, long swap, bool isFine)
    {
        var resources = new ResourceSpec { MemoryLimit = limit, MemorySwap = swap };
        foreach (var (host, tree, file) in ((FakeHost, string, string)[])[(FakeHost.Unified(), "all", "memory.max"), (FakeHost.Hybrid(), "memory", "memory.limit_in_bytes")])
        {
            using (host)
            {
                host.Make(tree, file);
                Assert.Equal(isFine ? 0 : 1, host.Warnings(resources).Count);
                Assert.Equal("4096", host.Read(tree, file));
                if (!isFine)
                {
                    Assert.StartsWith("$.linux.resources.memory.swap: ", host.Refusal(resources), StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [InlineData(5000L, null, "memory.limit")]
    [InlineData(20000L, 20000L, null)]
    [InlineData(-1L, -1L, null)]
    public void A_limit_below_what_is_in_use_is_refused_when_asked(long limit, long? swap, string? field)
    {
        foreach (var (host, tree, file) in ((FakeHost, string, string)[])[(FakeHost.Unified(), "all", "memory.current"), (FakeHost.Hybrid(), "memory", "memory.usage_in_bytes")])
        {
            using (host)
            {
                host.Make(tree, file, "10000\n");
                host.MakeAll(tree, tree == "all" ? V2 : V1);
                var resources = new ResourceSpec { MemoryLimit = limit, MemorySwap = swap, CheckBeforeUpdate = true };
                var cgroup = host.Create(resources);
                if (field is null)
                {
                    cgroup.SetLimits(resources);
                }
                else
                {
                    var e = Assert.Throws<CgroupException>(() => cgroup.SetLimits(resources));
                    Assert.Equal(("$.linux.resources." + field, Errno.EBUSY), (e.Field, e.Errno));
                    // Without the question the kernel decides.
                    resources.CheckBeforeUpdate = false;
                    cgroup.SetLimits(resources);
                }
            }
        }
    }

    [Fact]
    public void What_v1_alone_has_is_written_there()
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("memory", V1);
        Assert.Empty(host.Warnings(new ResourceSpec { MemorySwappiness = 17, DisableOomKiller = true, UseHierarchy = true }));
        Assert.Equal("17", host.Read("memory", "memory.swappiness"));
        Assert.Equal("1", host.Read("memory", "memory.oom_control"));
        Assert.Empty(host.Warnings(new ResourceSpec { DisableOomKiller = false, MemorySwappiness = ulong.MaxValue }));
        Assert.Equal("0", host.Read("memory", "memory.oom_control"));
        Assert.Equal("17", host.Read("memory", "memory.swappiness"));
    }

    [Fact]
    public void A_new_cgroup_has_the_killer_on_already()
    {
        using var host = FakeHost.Hybrid();
        var cgroup = host.Create();
        host.Make("memory", "memory.oom_control");
        cgroup.SetLimits(new ResourceSpec { DisableOomKiller = false });
        Assert.Equal("", host.Read("memory", "memory.oom_control"));
        // Whoever calls again may have disabled it meanwhile.
        cgroup.SetLimits(new ResourceSpec { DisableOomKiller = false });
        Assert.Equal("0", host.Read("memory", "memory.oom_control"));
    }

    [Fact]
    public void What_v1_alone_has_is_refused_by_v2()
    {
        using var host = FakeHost.Unified();
        Assert.Equal(
            "$.linux.resources.memory.swappiness: cgroup v2 has nothing like it, and no cgroup v1 hierarchy has the memory controller; leave the field out, or use a host that can",
            host.Refusal(new ResourceSpec { MemorySwappiness = 1 }));
        Assert.StartsWith("$.linux.resources.memory.disableOOMKiller: ", host.Refusal(new ResourceSpec { DisableOomKiller = true }), StringComparison.Ordinal);
        Assert.StartsWith("$.linux.resources.memory.useHierarchy: ", host.Refusal(new ResourceSpec { UseHierarchy = false }), StringComparison.Ordinal);
        Assert.Empty(host.Warnings(new ResourceSpec { DisableOomKiller = false, UseHierarchy = true }));
    }

    [Fact]
    public void Swappiness_has_a_range()
    {
        using var host = FakeHost.Hybrid();
        Assert.Equal("$.linux.resources.memory.swappiness: 101 must be between 0 and 100", host.Refusal(new ResourceSpec { MemorySwappiness = 101 }));
    }

    [Fact]
    public void What_the_kernel_refuses_names_field_file_and_reason()
    {
        using var host = FakeHost.Unified();
        host.MakeRefusing("all", "memory.max");
        var e = Assert.Throws<CgroupException>(() => host.Create().SetLimits(new ResourceSpec { MemoryLimit = 4096 }));
        Assert.Equal("$.linux.resources.memory.limit", e.Field);
        Assert.Equal(Errno.ENOSPC, e.Errno);
        Assert.Equal($"the kernel refused \"4096\" for {host.Place("all", "memory.max")}: ENOSPC (no space left)", e.Problem);
    }
}
