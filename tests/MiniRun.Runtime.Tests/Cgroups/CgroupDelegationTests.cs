using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupDelegationTests
{
    const uint Somebody = 4321;

    [Fact]
    [Trait("Category", "Integration")]
    public void A_user_gets_what_it_needs_to_manage_processes_and_no_limit()
    {
        using var host = RealHost.UnifiedTree();
        host.Create().GiveTo(Somebody);
        var folder = $"{host.Layout.Unified!.Path}/{host.Path}";
        Assert.Equal(Somebody, Owner(folder));
        Assert.Equal(Somebody, Owner(folder + "/cgroup.procs"));
        Assert.Equal(Somebody, Owner(folder + "/cgroup.subtree_control"));
        Assert.Equal(0U, Owner(folder + "/cgroup.kill"));
        Assert.Equal(0U, Owner(folder + "/cgroup.max.descendants"));
        Assert.Equal(0U, Owner(Path.GetDirectoryName(folder)! + "/cgroup.procs"));
    }

    [Fact]
    public void Without_a_v2_tree_nothing_is_given_away()
    {
        using var host = FakeHost.Legacy();
        var cgroup = host.Create();
        cgroup.GiveTo(Somebody);
        Assert.NotEqual(Somebody, Owner(host.Place("pids")));
        Assert.Null(cgroup.OpenUnifiedOf(Environment.ProcessId));
    }

    [Fact]
    [Trait("Category", "Integration")]
    public void A_process_below_shows_where_others_may_join()
    {
        using var host = RealHost.UnifiedTree();
        var cgroup = host.Create();
        var below = ContainerCgroup.Create(host.Layout, host.Path + "/init");
        using var process = CgroupProcess.Start(below, "exec sleep 60");
        Assert.Equal($"{host.Layout.Unified!.Path}/{host.Path}/init", Opened(cgroup, process.Pid));
        // A process that is somewhere else shows nothing: the top it is.
        Assert.Equal($"{host.Layout.Unified.Path}/{host.Path}", Opened(cgroup, Environment.ProcessId));
    }

    [Fact]
    public void A_cgroup_below_is_joined_in_every_hierarchy_that_has_it()
    {
        using var host = FakeHost.Hybrid();
        foreach (var tree in (string[])["unified", "memory", "cpu", "pids"])
        {
            host.Make(tree, "cgroup.procs");
        }

        host.Make("unified", "a/b/cgroup.procs");
        host.Make("pids", "a/b/cgroup.procs");
        host.Create().Below("/a/b").Add(17, bornInUnified: false);
        Assert.Equal(["17", "17"], ((string[])["unified", "pids"]).Select(tree => host.Read(tree, "a/b/cgroup.procs")));
        Assert.Equal(["17", "17"], ((string[])["memory", "cpu"]).Select(tree => host.Read(tree, "cgroup.procs")));
    }

    [Fact]
    public void A_cgroup_below_can_be_that_of_one_controller()
    {
        using var host = FakeHost.Hybrid();
        foreach (var tree in (string[])["unified", "memory", "cpu", "pids"])
        {
            host.Make(tree, "cgroup.procs");
        }

        host.Make("pids", "x/cgroup.procs");
        host.Make("cpu", "x/cgroup.procs");
        host.Create().Below("pids,rdma:x").Add(17, bornInUnified: false);
        Assert.Equal("17", host.Read("pids", "x/cgroup.procs"));
        Assert.Equal("", host.Read("cpu", "x/cgroup.procs"));
        Assert.Equal("17", host.Read("cpu", "cgroup.procs"));
    }

    [Fact]
    public void A_slash_is_the_container_itself()
    {
        using var host = FakeHost.Unified();
        host.Make("all", "cgroup.procs");
        host.Create().Below("/").Add(17, bornInUnified: false);
        Assert.Equal("17", host.Read("all", "cgroup.procs"));
    }

    [Theory]
    [InlineData("missing", "has no cgroup \"missing\"")]
    [InlineData("hugetlb:a", "has no cgroup")]
    [InlineData("../one", "must not contain")]
    [InlineData("a/../../x", "must not contain")]
    public void A_cgroup_below_that_is_missing_or_outside_is_refused(string place, string problem)
    {
        using var host = FakeHost.Hybrid();
        host.MakeFolder("pids", "a");
        var cgroup = host.Create();
        var e = Assert.Throws<CgroupException>(() => cgroup.Below(place));
        Assert.Equal("--cgroup", e.Field);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    static string Opened(ContainerCgroup cgroup, int pid)
    {
        using var folder = cgroup.OpenUnifiedOf(pid);
        return new FileInfo($"/proc/self/fd/{Files.Number(folder!)}").LinkTarget!;
    }

    static uint Owner(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%u", path]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        return uint.Parse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
    }
}
