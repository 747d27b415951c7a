using MiniRun.Runtime.Cgroups;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupRemovalTests
{
    [Fact]
    public void What_the_container_made_below_is_removed_first()
    {
        using var host = FakeHost.Hybrid();
        var cgroup = host.Create();
        host.MakeFolder("unified", "a/b/c");
        host.MakeFolder("memory", "x");
        Assert.True(cgroup.TryRemove());
        Assert.All((string[])["unified", "memory", "cpu", "pids"], tree => Assert.False(host.HasCgroup(tree)));
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

    [Fact]
    public void A_tree_of_any_depth_is_removed()
    {
        using var host = FakeHost.Unified();
        var cgroup = host.Create();
        host.MakeFolder("all", string.Join('/', Enumerable.Repeat("a", 1000)));
        host.MakeFolder("all", "b/c");
        Assert.True(cgroup.TryRemove());
        Assert.False(host.HasCgroup("all"));
    }

    [Fact]
    public void Of_a_tree_that_is_partly_in_use_the_rest_is_removed()
    {
        using var host = FakeHost.Unified();
        var cgroup = host.Create();
        host.MakeFolder("all", "a/b");
        host.Make("all", "c/d/in-use");
        Assert.False(cgroup.TryRemove());
        Assert.False(Directory.Exists(host.Place("all", "a")));
        Assert.True(Directory.Exists(host.Place("all", "c/d")));
    }
}
