using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupKillingTests
{
    [Fact]
    public void The_unified_tree_kills_at_once()
    {
        using var host = FakeHost.Hybrid();
        host.Make("unified", "cgroup.kill");
        host.Make("pids", "cgroup.procs", "1\n");
        host.Create().Kill();
        Assert.Equal("1", host.Read("unified", "cgroup.kill"));
    }

    [Fact]
    public void Without_it_every_member_is_killed_and_nobody_else()
    {
        var member = Spawn.Start("/bin/sleep", ["sleep", "60"], [], 0);
        var other = Spawn.Start("/bin/sleep", ["sleep", "60"], [], 0);
        using var memberFd = Processes.OpenPidFd(member);
        using var otherFd = Processes.OpenPidFd(other);
        using var host = FakeHost.Hybrid();
        // The last pid stands for one that ended meanwhile.
        host.Make("pids", "cgroup.procs", string.Create(CultureInfo.InvariantCulture, $"{member}\n{int.MaxValue}\n"));
        host.Create().Kill();
        Assert.Equal(137, Processes.Reap(memberFd, wait: true)!.Value.ExitCode);
        Assert.Null(Processes.Reap(otherFd, wait: false));
        Processes.Signal(otherFd, Signals.Kill);
        Processes.Reap(otherFd, wait: true);
    }

    [Fact]
    public void Killing_thaws_in_either_version()
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("unified", "cgroup.kill", "cgroup.freeze");
        host.Make("freezer", "freezer.state", "FROZEN");
        ContainerCgroup.Find(host.Layout, FakeHost.Path).Kill();
        Assert.Equal("0", host.Read("unified", "cgroup.freeze"));
        Assert.Equal("THAWED", host.Read("freezer", "freezer.state"));
    }
}
