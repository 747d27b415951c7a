using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

/// <summary>What only a host whose controllers are all in v2 can show; tests/vm is one. Few, because that one is slow.</summary>
[Trait("Category", "Unified")]
public sealed class UnifiedCgroupTests
{
    [Fact]
    public void Every_limit_is_taken_by_the_kernel()
    {
        using var host = Host();
        host.Create(new ResourceSpec
        {
            MemoryLimit = 64 << 20, MemoryReservation = 16 << 20, CpuQuota = 20_000, CpuPeriod = 50_000, CpuBurst = 10_000, CpuShares = 512, PidsLimit = 0,
            Cpus = "0", MemoryNodes = "0", HugePageLimits = [new("2MB", 4 << 20)], Unified = { ["memory.high"] = "50331648", ["pids.max"] = "7" },
        });
        Assert.Equal(
            ["67108864", "16777216", "20000 50000", "10000", "59", "0", "0", "4194304", "50331648", "7"],
            ((string[])["memory.max", "memory.low", "cpu.max", "cpu.max.burst", "cpu.weight", "cpuset.cpus", "cpuset.mems", "hugetlb.2MB.max", "memory.high", "pids.max"])
                .Select(file => host.Read("memory", file)));
    }

    [Fact]
    public void The_layout_is_known_from_the_root()
    {
        using var host = Host();
        var slow = CgroupLayout.Detect();
        Assert.Equal((slow.Unified!.Path, string.Join(' ', slow.Unified.Controllers)), (host.Layout.Unified!.Path, string.Join(' ', host.Layout.Unified.Controllers)));
    }

    [Fact]
    public void A_process_that_takes_too_much_memory_is_killed_and_one_too_many_is_not_forked()
    {
        using var host = Host();
        var cgroup = host.Create(new ResourceSpec { MemoryLimit = 16 << 20, MemorySwap = 16 << 20, PidsLimit = 1 });
        Assert.Equal(137, CgroupProcess.Run(cgroup, "exec dd if=/dev/zero of=/dev/null bs=64M count=1").ExitCode);
        Assert.Equal(1, cgroup.ReadOomKills());
        Assert.DoesNotContain("forked", CgroupProcess.Run(cgroup, "sleep 0 & wait $! && echo forked").Output, StringComparison.Ordinal);
        Assert.Equal((ulong)(16 << 20), cgroup.ReadStatistics().Memory!.Usage.Limit);
    }

    [Fact]
    public void What_a_cgroup_above_does_not_hand_down_is_told()
    {
        using var host = Host();
        var above = host.Create();
        using var process = CgroupProcess.Start(above, "exec sleep 60");
        // A cgroup with processes of its own hands nothing down.
        var resources = new ResourceSpec { MemoryLimit = 64 << 20 };
        var below = ContainerCgroup.Create(host.Layout, host.Path + "/below", resources);
        Assert.StartsWith(
            $"$.linux.resources.memory.limit: the memory controller does not reach {host.Layout.Unified!.Path}/{host.Path}/below, perhaps because a cgroup above it has processes of its own",
            Assert.Throws<CgroupException>(() => below.SetLimits(resources, strict: true)).Message, StringComparison.Ordinal);
        below.SetLimits(resources);
        Assert.Single(below.Warnings);
    }

    [Fact]
    public void A_limit_below_what_is_in_use_kills_unless_it_is_to_be_refused()
    {
        using var host = Host();
        var cgroup = host.Create();
        using var process = CgroupProcess.Start(cgroup, "x=$(head -c 40000000 /dev/zero | tr '\\0' x); echo filled; sleep 60");
        Assert.Equal("filled", process.ReadLine());
        var e = Assert.Throws<CgroupException>(() => cgroup.SetLimits(new ResourceSpec { MemoryLimit = 8 << 20, CheckBeforeUpdate = true }, strict: true));
        Assert.Equal("$.linux.resources.memory.limit", e.Field);
        Assert.False(process.HasEnded);
        cgroup.SetLimits(new ResourceSpec { MemoryLimit = 8 << 20 }, strict: true);
        Assert.Equal(137, process.ExitCode());
    }

    [Fact]
    public void A_user_manages_what_was_given_to_it_and_nothing_else()
    {
        using var host = Host();
        var cgroup = host.Create();
        var folder = $"{host.Layout.Unified!.Path}/{host.Path}";
        var script = $"setpriv --reuid 4321 --clear-groups sh -c 'mkdir {folder}/below && echo $$ >{folder}/below/cgroup.procs && echo moved; echo 1 >{folder}/memory.max'";
        Assert.DoesNotContain("moved", CgroupProcess.Run(cgroup, script).Output, StringComparison.Ordinal);
        cgroup.GiveTo(4321);
        var output = CgroupProcess.Run(cgroup, script).Output;
        Assert.Contains("moved", output, StringComparison.Ordinal);
        Assert.Contains("memory.max: Permission denied", output, StringComparison.Ordinal);
    }

    static RealHost Host()
    {
        Assert.SkipUnless(CgroupLayout.Detect().Mode is "unified", "this host's controllers are not all in cgroup v2; tests/vm/run makes a host where they are");
        return RealHost.Whole();
    }
}
