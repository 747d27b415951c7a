using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

/// <summary>A cgroup that systemd makes, and a systemd that a test plays.</summary>
public sealed class ContainerScopeTests : IDisposable
{
    const int Pid = 17;

    static readonly Dictionary<string, string> NoAnnotations = [];

    readonly TemporaryFolder _run = new();

    public ContainerScopeTests() => Directory.CreateDirectory(_run["systemd/system"]);

    string Private => _run["systemd/private"];

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Nothing_is_made_before_systemd_has_seen_the_process()
    {
        using var host = FakeHost.Hybrid();
        using var bus = Systemd(host, "unified", "memory");
        var cgroup = Begin(host, new ResourceSpec { PidsLimit = 5 });
        Assert.False(cgroup.Exists());
        Assert.Null(cgroup.OpenUnified());
        Assert.False(host.HasCgroup("unified"));
        Assert.Empty(bus.Calls);

        cgroup.StartScope("one", Pid, new Dictionary<string, string> { ["org.systemd.property.KillSignal"] = "37" });
        cgroup.Complete();
        Assert.Equal(["StartTransientUnit"], bus.Calls.Select(c => c.Member));
        var body = System.Text.Encoding.ASCII.GetString(bus.Calls[0].Body.Span);
        Assert.All((string[])["one.scope", "container one", "PIDs", "TasksMax", "KillSignal"], part => Assert.Contains(part, body, StringComparison.Ordinal));
        // What systemd has not made, the runtime makes at the same path.
        Assert.All((string[])["unified", "memory", "pids", "cpu"], tree => Assert.True(host.HasCgroup(tree)));
        Assert.Contains(cgroup.Entrances(), entrance => entrance.Path == host.Place("pids") + "/tasks");
    }

    [Fact]
    public void Whoever_is_in_the_cgroup_besides_the_process_is_in_the_way()
    {
        using var host = FakeHost.Unified();
        using var bus = Systemd(host, "all");
        host.Make("all", "cgroup.procs", $"{Pid}\n");
        var alone = Begin(host);
        alone.StartScope("one", Pid, NoAnnotations);
        alone.Complete();

        host.Make("all", "cgroup.procs", $"{Pid}\n99\n");
        var second = Begin(host);
        second.StartScope("one", Pid, NoAnnotations);
        Assert.Contains("has 1 process(es) already, such as 99", Assert.Throws<CgroupException>(second.Complete).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_that_change_are_told_after_the_kernel_took_them()
    {
        using var host = FakeHost.Unified();
        using var bus = Systemd(host, "all");
        host.MakeAll("all", "pids.max", "cpu.max");
        var resources = new ResourceSpec { PidsLimit = 5 };
        var cgroup = Begin(host, resources);
        cgroup.StartScope("one", Pid, NoAnnotations);
        cgroup.Complete();
        cgroup.SetLimits(resources, strict: true);
        Assert.Equal(["StartTransientUnit"], bus.Calls.Select(c => c.Member));

        var found = Find(host);
        found.SetLimits(new ResourceSpec { PidsLimit = 6, CpuQuota = 33_333 }, strict: true);
        Assert.Equal(("6", "33333"), (host.Read("all", "pids.max"), host.Read("all", "cpu.max")));
        Assert.Equal("SetUnitProperties", bus.Calls[^1].Member);
        Assert.Contains("CPUQuotaPerSecUSec", System.Text.Encoding.ASCII.GetString(bus.Calls[^1].Body.Span), StringComparison.Ordinal);

        Assert.Throws<CgroupException>(() => found.SetLimits(new ResourceSpec { MemoryLimit = 1, MemoryReservation = 1, Unified = { ["nonsense.max"] = "1" } }, strict: true));
        found.SetLimits(new ResourceSpec(), strict: true);
        Assert.Equal(2, bus.Calls.Count);
    }

    [Fact]
    public void A_scope_ends_with_its_cgroup()
    {
        using var host = FakeHost.Unified();
        using var bus = Systemd(host, "all");
        host.MakeFolder("all", "");
        Assert.True(CgroupRemoval.Force(Find(host)));
        Assert.False(host.HasCgroup("all"));
        Assert.Equal(["StopUnit", "ResetFailedUnit"], bus.Calls.Select(c => c.Member));
    }

    [Fact]
    public void A_scope_that_this_container_has_not_made_is_not_ended()
    {
        using var host = FakeHost.Unified();
        using var bus = FakeBus.Start(Private, (_, call) => [FakeBus.Error(call, $"org.freedesktop.systemd1.{(call.Member is "GetUnitProcesses" ? "NoSuchUnit" : "UnitExists")}", "no")]);
        var cgroup = Begin(host);
        Assert.Contains("already", Assert.Throws<CgroupException>(() => cgroup.StartScope("one", Pid, NoAnnotations)).Message, StringComparison.Ordinal);
        Assert.True(CgroupRemoval.Force(cgroup));
        Assert.DoesNotContain("StopUnit", bus.Calls.Select(c => c.Member));
    }

    [Fact]
    public void A_systemd_that_does_not_hear_of_the_end_is_a_warning()
    {
        using var host = FakeHost.Unified();
        host.MakeFolder("all", "");
        var cgroup = Find(host);
        Assert.True(CgroupRemoval.Force(cgroup));
        Assert.StartsWith("systemd was not told that one has ended: --systemd-cgroup: systemd cannot be reached (connect ", Assert.Single(cgroup.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_scope_systemd_is_not_asked()
    {
        using var host = FakeHost.Unified();
        using var bus = Systemd(host, "all");
        var resources = new ResourceSpec();
        var cgroup = ContainerCgroup.Begin(host.Layout, FakeHost.Path, resources, strict: true);
        cgroup.StartScope("one", Pid, NoAnnotations);
        cgroup.Complete();
        cgroup.SetLimits(resources);
        cgroup.SetLimits(new ResourceSpec());
        Assert.True(CgroupRemoval.Force(cgroup));
        Assert.Empty(bus.Calls);
    }

    /// <summary>One that makes the folders which a scope has in these trees.</summary>
    FakeBus Systemd(FakeHost host, params string[] trees) => FakeBus.Start(Private, (bus, call) =>
    {
        if (call.Member is "StartTransientUnit")
        {
            Array.ForEach(trees, tree => host.MakeFolder(tree, ""));
        }

        return call.Member is "StartTransientUnit" or "StopUnit"
            ? [FakeBus.Return(call, "o", w => w.Text("/job/1")), bus.JobRemoved("/job/1", "done")]
            : [FakeBus.Return(call, "", _ => { })];
    });

    ContainerCgroup Begin(FakeHost host, ResourceSpec? resources = null) =>
        ContainerCgroup.Begin(host.Layout, FakeHost.Path, resources, strict: true, new ContainerScope(new SystemdPlace("system.slice", "one.scope"), _run.Path));

    ContainerCgroup Find(FakeHost host) => ContainerCgroup.Find(host.Layout, FakeHost.Path, ContainerScope.At(FakeHost.Path, _run.Path));
}
