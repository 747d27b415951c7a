using System.Diagnostics;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

public sealed class SystemdManagerTests : IDisposable
{
    const int Patience = 5_000;
    const string Exists = "org.freedesktop.systemd1.UnitExists";

    static readonly SystemdPlace Place = new("machine.slice", "minirun-one.scope");

    readonly TemporaryFolder _run = new();

    public SystemdManagerTests() => Directory.CreateDirectory(_run["systemd/system"]);

    string Private => _run["systemd/private"];

    string Bus => _run["dbus/system_bus_socket"];

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_scope_is_made_changed_and_ended()
    {
        using var bus = FakeBus.Systemd(Private);
        using (var manager = SystemdManager.Connect(_run.Path, Patience))
        {
            manager.StartScope(Place, ScopeProperties.ForStart(Place, "one", 17, new ResourceSpec { PidsLimit = 3 }, isUnified: true));
            manager.SetProperties(Place, ScopeProperties.ForLimits(new ResourceSpec { PidsLimit = 4 }, isUnified: true));
            manager.StopScope(Place);
        }

        Assert.Equal(["StartTransientUnit", "SetUnitProperties", "StopUnit", "ResetFailedUnit"], bus.Calls.Select(c => c.Member));
        Assert.Equal(["ssa(sv)a(sa(sv))", "sba(sv)", "ss", "s"], bus.Calls.Select(c => c.Signature));
        Assert.All(bus.Calls, call => Assert.Equal(("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", null), (call.Path, call.Interface, call.Destination)));
        Assert.All(bus.Calls, call => Assert.Equal("minirun-one.scope", new DbusReader(call.Body.Span).Text()));
        Assert.Contains("TasksMax", System.Text.Encoding.ASCII.GetString(bus.Calls[0].Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Over_a_bus_signals_are_asked_for_first()
    {
        using var bus = FakeBus.Systemd(Bus);
        using var manager = SystemdManager.Connect(_run.Path, Patience);
        manager.StopScope(Place);
        Assert.Equal(["Hello", "AddMatch", "Subscribe", "StopUnit", "ResetFailedUnit"], bus.Calls.Select(c => c.Member));
        Assert.Equal("org.freedesktop.systemd1", bus.Calls[3].Destination);
        Assert.Contains("member='JobRemoved'", new DbusReader(bus.Calls[1].Body.Span).Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_fails_is_told_and_nothing_is_left_of_it()
    {
        using var bus = FakeBus.Start(Private, (bus, call) => call.Member switch
        {
            "StartTransientUnit" => [FakeBus.Return(call, "o", w => w.Text("/job/1")), bus.JobRemoved("/job/1", "failed")],
            "StopUnit" => [FakeBus.Return(call, "o", w => w.Text("/job/2")), bus.JobRemoved("/job/2", "done")],
            _ => [FakeBus.Return(call, "", _ => { })],
        });
        using var manager = SystemdManager.Connect(_run.Path, Patience);
        Assert.Equal(
            "$.linux.cgroupsPath: systemd could not do its job for minirun-one.scope: failed; see journalctl -u minirun-one.scope",
            Assert.Throws<CgroupException>(() => manager.StartScope(Place, [])).Message);
        Assert.Equal(["StartTransientUnit", "StopUnit", "ResetFailedUnit"], bus.Calls.Select(c => c.Member));
    }

    [Fact]
    public void A_scope_that_nobody_is_in_is_forgotten_and_made_anew()
    {
        var attempts = 0;
        using var bus = FakeBus.Start(Private, (bus, call) => call.Member switch
        {
            "StartTransientUnit" when attempts++ == 0 => [FakeBus.Error(call, Exists, "exists")],
            "StartTransientUnit" or "StopUnit" => [FakeBus.Return(call, "o", w => w.Text("/job/1")), bus.JobRemoved("/job/1", "done")],
            "GetUnitProcesses" => [FakeBus.Return(call, "a(sus)", w => w.Array(8, _ => { }))],
            _ => [FakeBus.Return(call, "", _ => { })],
        });
        using var manager = SystemdManager.Connect(_run.Path, Patience);
        manager.StartScope(Place, []);
        Assert.Equal(["StartTransientUnit", "GetUnitProcesses", "StopUnit", "ResetFailedUnit", "StartTransientUnit"], bus.Calls.Select(c => c.Member));
    }

    [Fact]
    public void A_scope_that_runs_is_not_taken_over()
    {
        using var bus = FakeBus.Start(Private, (_, call) => call.Member is "GetUnitProcesses"
            ? [FakeBus.Return(call, "a(sus)", w => w.Array(8, a => a.Structure(s =>
            {
                s.Text("/machine.slice/minirun-one.scope");
                s.UInt32(99);
                s.Text("sleep");
            })))]
            : [FakeBus.Error(call, Exists, "no")]);
        using var manager = SystemdManager.Connect(_run.Path, Patience);
        Assert.Contains("systemd has a unit minirun-one.scope already", Assert.Throws<CgroupException>(() => manager.StartScope(Place, [])).Message, StringComparison.Ordinal);
        Assert.Equal(["StartTransientUnit", "GetUnitProcesses", "StartTransientUnit"], bus.Calls.Select(c => c.Member));
    }

    [Fact]
    public void A_scope_that_went_meanwhile_is_made_anew()
    {
        var attempts = 0;
        using var bus = FakeBus.Start(Private, (bus, call) => call.Member switch
        {
            "StartTransientUnit" when attempts++ == 0 => [FakeBus.Error(call, Exists, "exists")],
            "StartTransientUnit" => [FakeBus.Return(call, "o", w => w.Text("/job/1")), bus.JobRemoved("/job/1", "done")],
            _ => [FakeBus.Error(call, "org.freedesktop.systemd1.NoSuchUnit", "gone")],
        });
        using var manager = SystemdManager.Connect(_run.Path, Patience);
        manager.StartScope(Place, []);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public void What_systemd_refuses_is_told_in_its_words()
    {
        using var bus = FakeBus.Start(Private, (_, call) => [FakeBus.Error(call, "org.freedesktop.DBus.Error.InvalidArgs", "Invalid unit name")]);
        using var manager = SystemdManager.Connect(_run.Path, Patience);
        Assert.Equal("Invalid unit name (org.freedesktop.DBus.Error.InvalidArgs)", Assert.Throws<DbusException>(() => manager.StartScope(Place, [])).Message);
        Assert.Throws<DbusException>(() => manager.StopScope(Place));
    }

    [Fact]
    public void A_scope_that_is_gone_needs_no_stop()
    {
        using var bus = FakeBus.Start(Private, (_, call) => [FakeBus.Error(call, "org.freedesktop.systemd1.NoSuchUnit", "gone")]);
        using var manager = SystemdManager.Connect(_run.Path, Patience);
        manager.StopScope(Place);
        Assert.Single(bus.Calls);
    }

    [Fact]
    public void A_host_without_systemd_says_so()
    {
        using var empty = new TemporaryFolder();
        Assert.Equal(
            $"--systemd-cgroup: systemd does not run this host ({empty.Path}/systemd/system is missing); leave the flag out, and the runtime makes the cgroups itself",
            Assert.Throws<CgroupException>(() => SystemdManager.Connect(empty.Path)).Message);
        Assert.StartsWith("--systemd-cgroup: systemd cannot be reached (connect ", Assert.Throws<CgroupException>(() => SystemdManager.Connect(_run.Path)).Message, StringComparison.Ordinal);
    }

}
