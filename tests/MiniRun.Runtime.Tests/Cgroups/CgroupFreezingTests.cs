using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupFreezingTests
{
    [Fact]
    public void The_v2_tree_is_asked_and_awaited()
    {
        using var host = FakeHost.Hybrid();
        host.Make("unified", "cgroup.freeze", "0\n");
        host.Make("unified", "cgroup.events", "populated 1\nfrozen 1\n");
        var cgroup = host.Create();
        cgroup.Freeze();
        Assert.Equal("1", host.Read("unified", "cgroup.freeze")[..1]);
        Assert.True(cgroup.IsFrozen());
        cgroup.Thaw();
        Assert.False(cgroup.IsFrozen());
    }

    [Fact]
    public void A_v2_tree_that_does_not_come_to_rest_is_thawed_again()
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("unified", "cgroup.freeze");
        host.Make("unified", "cgroup.events", "populated 1\nfrozen 0\n");
        var cgroup = host.Create();
        var e = Assert.Throws<KernelException>(() => cgroup.Freeze(50));
        Assert.Equal((Errno.ETIMEDOUT, host.Place("unified")), (e.Errno, e.Path));
        Assert.Equal("0", host.Read("unified", "cgroup.freeze"));
    }

    [Fact]
    public void A_v1_freezer_that_does_not_come_to_rest_is_thawed_again()
    {
        using var host = FakeHost.Legacy();
        var cgroup = host.Create();
        // Whatever is written is not read.
        host.MakeFolder("freezer", "");
        File.CreateSymbolicLink(host.Place("freezer", "freezer.state"), "/dev/null");
        var e = Assert.Throws<KernelException>(() => cgroup.Freeze(50));
        Assert.Equal((Errno.ETIMEDOUT, host.Place("freezer")), (e.Errno, e.Path));
    }

    [Fact]
    public void A_v1_freezer_is_asked_and_awaited()
    {
        using var host = FakeHost.Legacy();
        host.Make("freezer", "freezer.state", "THAWED");
        var cgroup = host.Create();
        cgroup.Freeze();
        Assert.Equal("FROZEN", host.Read("freezer", "freezer.state"));
        Assert.True(cgroup.IsFrozen());
    }

    [Fact]
    public void Without_any_freezer_nothing_is_frozen()
    {
        using var host = FakeHost.None();
        var cgroup = host.Create();
        Assert.False(cgroup.IsFrozen());
        var e = Assert.Throws<KernelException>(() => cgroup.Freeze());
        Assert.Equal((Errno.EOPNOTSUPP, "minirun/one"), (e.Errno, e.Path));
        cgroup.Thaw();
    }
}
