using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class DeviceLimitTests
{
    static ResourceSpec Rules(params DeviceRule[] rules) => new() { Devices = [new(false, 'a', null, null, "rwm"), .. rules] };

    [Fact]
    public void A_new_cgroup_of_v1_is_closed_before_anything_is_allowed()
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("devices", "devices.allow", "devices.deny");
        Assert.Empty(host.Warnings(Rules()));
        Assert.Equal("a", host.Read("devices", "devices.deny"));
        // One descriptor for all lines: a plain file keeps every one.
        Assert.Contains("c 1:3 rwm", host.Read("devices", "devices.allow"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cgroup_that_is_in_use_is_changed_without_being_closed()
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("devices", "devices.allow", "devices.deny");
        host.Make("devices", "devices.list", "b *:* m\nc *:* m\nc 1:3 rwm\nc 1:5 rwm\nc 1:7 rwm\nc 1:8 rwm\nc 1:9 rwm\nc 5:0 rwm\nc 5:2 rwm\nc 136:* rwm\nb 8:0 rwm\n");
        host.Create(Rules()).SetLimits(Rules(new DeviceRule(true, 'b', 8, 16, "r")));
        Assert.Equal("b 8:16 rm", host.Read("devices", "devices.allow"));
        Assert.Equal("b 8:0 rwm", host.Read("devices", "devices.deny"));
    }

    [Fact]
    public void What_v1_cannot_hold_is_refused()
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("devices", "devices.allow", "devices.deny");
        var rules = Rules(new(true, 'c', 10, null, "rwm"), new DeviceRule(false, 'c', 10, 229, "rwm"));
        Assert.StartsWith("$.linux.resources.devices[2]: cgroup v1 cannot except devices from a rule that is wider", host.Refusal(rules), StringComparison.Ordinal);
        Assert.Single(host.Warnings(rules));
    }

    [Fact]
    public void A_cgroup_that_cannot_be_closed_is_refused()
    {
        using var host = FakeHost.Hybrid();
        host.MakeRefusing("devices", "devices.deny");
        Assert.StartsWith("$.linux.resources.devices: the kernel refused \"a\"", host.Refusal(Rules()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_no_cgroup_takes_no_filter()
    {
        using var host = FakeHost.Unified();
        Assert.StartsWith("$.linux.resources.devices: the kernel refused the device filter (bpf(", host.Refusal(Rules()), StringComparison.Ordinal);
        Assert.EndsWith("the filter on devices is not enforced.", Assert.Single(host.Warnings(Rules())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_hierarchies_takes_no_filter()
    {
        using var host = FakeHost.None();
        Assert.StartsWith("$.linux.resources.devices: no writable cgroup hierarchy has the devices controller", host.Refusal(Rules()), StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_allowed_is_no_filter()
    {
        using var host = FakeHost.Unified();
        Assert.Empty(host.Warnings(new ResourceSpec { Devices = [new(true, 'a', null, null, "rwm")] }));
    }
}
