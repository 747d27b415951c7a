using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

/// <summary>The filter of v1 and that of v2, each with a device that root may read as long as nobody forbids it.</summary>
[Trait("Category", "Integration")]
public sealed class RealDeviceTests
{
    /// <summary>/dev/kmsg: any root can read it, no program needs it.</summary>
    const string ReadDevice = ": </dev/kmsg && echo read";

    const string UseNull = "echo x >/dev/null && head -c 1 /dev/zero >/dev/null && echo used";

    static readonly DeviceRule DenyAll = new(false, 'a', null, null, "rwm");
    static readonly DeviceRule AllowDevice = new(true, 'c', 1, 11, "r");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_device_is_there_when_a_rule_allows_it(bool isUnified)
    {
        using var host = Host(isUnified);
        var cgroup = host.Create();
        // The control: without a filter.
        Assert.Equal("read", CgroupProcess.Run(cgroup, ReadDevice).Output);
        cgroup.SetLimits(Rules(DenyAll), strict: true);
        Assert.Contains("Operation not permitted", CgroupProcess.Run(cgroup, ReadDevice).Output, StringComparison.Ordinal);
        Assert.Equal("used", CgroupProcess.Run(cgroup, UseNull).Output);
        cgroup.SetLimits(Rules(DenyAll, AllowDevice), strict: true);
        Assert.Equal("read", CgroupProcess.Run(cgroup, ReadDevice).Output);
        cgroup.SetLimits(Rules(DenyAll, AllowDevice with { Access = "w" }), strict: true);
        Assert.Contains("Operation not permitted", CgroupProcess.Run(cgroup, ReadDevice).Output, StringComparison.Ordinal);
        Assert.Empty(cgroup.Warnings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_program_that_runs_never_loses_what_it_keeps(bool isUnified)
    {
        using var host = Host(isUnified);
        var cgroup = host.Create(Rules(DenyAll));
        using var process = CgroupProcess.Start(cgroup, "while [ ! -e /proc/self/fd/9 ] && : >/dev/null; do :; done; echo lost");
        for (var i = 0; i < 200; i++)
        {
            cgroup.SetLimits(i % 2 == 0 ? Rules(DenyAll, AllowDevice) : Rules(DenyAll), strict: true);
        }

        Assert.False(process.HasEnded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Everything_can_be_allowed_again(bool isUnified)
    {
        using var host = Host(isUnified);
        var cgroup = host.Create(Rules(DenyAll));
        cgroup.SetLimits(Rules(new DeviceRule(true, 'a', null, null, "rwm")), strict: true);
        Assert.Equal("read", CgroupProcess.Run(cgroup, ReadDevice).Output);
        cgroup.SetLimits(Rules(new(true, 'a', null, null, "rwm"), AllowDevice with { Allow = false }), strict: true);
        Assert.Contains("Operation not permitted", CgroupProcess.Run(cgroup, ReadDevice).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_of_v1_is_that_of_other_runtimes()
    {
        using var host = Host(isUnified: false);
        host.Create(Rules(DenyAll));
        Assert.Equal(
            ["b *:* m", "c *:* m", "c 136:* rwm", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm"],
            host.Read("devices", "devices.list").Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_filter_takes_the_place_of_the_one_before_and_of_no_other()
    {
        using var host = Host(isUnified: true);
        var cgroup = host.Create(Rules(DenyAll));
        using var folder = Folder.Open($"{host.Layout.Unified!.Path}/{cgroup.Path}");
        using (var foreign = Bpf.LoadDeviceFilter(DeviceProgram.Compile(DeviceRules.Effective([new(true, 'a', null, null, "rwm")])), "foreign"))
        {
            Bpf.AttachDeviceFilter(folder, foreign);
        }

        for (var i = 0; i < 3; i++)
        {
            cgroup.SetLimits(Rules(DenyAll, AllowDevice), strict: true);
            Assert.Equal(["foreign", DeviceProgram.Name], Programs(folder).Order(StringComparer.Ordinal));
        }

        cgroup.SetLimits(Rules(new DeviceRule(true, 'a', null, null, "rwm")), strict: true);
        Assert.Equal(["foreign"], Programs(folder));
    }

    [Fact]
    public void A_cgroup_below_cannot_have_what_is_above_refused()
    {
        using var host = Host(isUnified: false);
        host.Create(Rules(DenyAll));
        var below = ContainerCgroup.Create(host.Layout, host.Path + "/below", Rules(DenyAll, AllowDevice));
        Assert.StartsWith(
            "$.linux.resources.devices[1]: the cgroup above does not allow \"c 1:11 rm\" itself",
            Assert.Throws<CgroupException>(() => below.SetLimits(Rules(DenyAll, AllowDevice), strict: true)).Message, StringComparison.Ordinal);
        below.SetLimits(Rules(DenyAll), strict: true);
        Assert.StartsWith(
            "$.linux.resources.devices: the kernel refused \"a\"",
            Assert.Throws<CgroupException>(() => below.SetLimits(Rules(new DeviceRule(true, 'a', null, null, "rwm")), strict: true)).Message, StringComparison.Ordinal);
    }

    static IEnumerable<string> Programs(Folder folder)
    {
        var programs = Bpf.ProgramsOf(folder);
        programs.ForEach(p => p.Program.Dispose());
        return programs.Select(p => p.Name);
    }

    static RealHost Host(bool isUnified) => isUnified ? RealHost.UnifiedTree() : RealHost.LegacyTrees("devices", "pids");

    static ResourceSpec Rules(params DeviceRule[] rules) => new() { Devices = [.. rules] };
}
