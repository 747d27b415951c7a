using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

/// <summary>With the systemd of the host; <c>tests/vm/run --systemd</c> has one.</summary>
[Trait("Category", "Unified")]
public sealed class RealSystemdTests
{
    [Fact]
    public void A_scope_is_made_limited_and_ended()
    {
        Assert.SkipUnless(Directory.Exists("/run/systemd/system"), "systemd does not run this host; tests/vm/run --systemd makes one where it does");
        var layout = CgroupLayout.DetectQuickly();
        var isUnified = layout.Mode is "unified";
        var place = SystemdPlace.Parse($"minitest-web.slice:minirun:{Guid.NewGuid():N}", "");
        var resources = new ResourceSpec { MemoryLimit = 64 << 20, PidsLimit = 9, CpuQuota = 33_333, CpuShares = 512, Devices = [new(false, 'a', null, null, "rwm")] };
        using var systemd = SystemdManager.Connect();
        using var process = CgroupProcess.Start(null, "exec sleep 60");
        systemd.StartScope(place, ScopeProperties.ForStart(place, "a test of minirun", process.Pid, resources, isUnified));
        try
        {
            Assert.EndsWith("/" + place.Path, File.ReadLines($"/proc/{process.Pid}/cgroup").First(line => line.StartsWith("0::", StringComparison.Ordinal)), StringComparison.Ordinal);
            var shown = CgroupProcess.Run(null, $"systemctl show {place.Scope} -p TasksMax -p CPUQuotaPerSecUSec -p Delegate -p Slice -p ActiveState").Output;
            Assert.Equal(["ActiveState=active", "CPUQuotaPerSecUSec=340ms", "Delegate=yes", "Slice=minitest-web.slice", "TasksMax=9"], shown.Split('\n').Order(StringComparer.Ordinal));
            Assert.Contains("already", Assert.Throws<CgroupException>(() => systemd.StartScope(place, ScopeProperties.ForStart(place, "again", process.Pid, resources, isUnified))).Message, StringComparison.Ordinal);

            // What systemd made, the runtime finds, limits further and filters.
            var cgroup = ContainerCgroup.Create(layout, place.Path, resources);
            cgroup.SetLimits(resources, strict: true);
            Assert.Equal([process.Pid], cgroup.AllMembers());
            systemd.SetProperties(place, ScopeProperties.ForLimits(new ResourceSpec { PidsLimit = 12 }, isUnified));
            Assert.Equal("TasksMax=12", CgroupProcess.Run(null, $"systemctl show {place.Scope} -p TasksMax").Output);
        }
        finally
        {
            systemd.StopScope(place);
        }

        Assert.Equal(143, process.ExitCode());
        systemd.StopScope(place);
        Assert.False(ContainerCgroup.Find(layout, place.Path).Exists());
    }
}
