using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Tests.Cgroups;

namespace MiniRun.Runtime.Tests.Demos;

[Collection("Demonstrations")]
public sealed class DemoCgroupTests
{
    [Fact]
    public void Files_have_the_names_of_their_version()
    {
        using var unified = FakeHost.Unified();
        var files = DemoCgroupFiles.Find(unified.Layout, FakeHost.Path);
        Assert.Equal(
            ["memory.max", "memory.current", "memory.events", "pids.max", "pids.current", "pids.events", "cpu.max", "cpu.stat"],
            Names(files));
        unified.Make("all", "cpu.stat", "usage_usec 5\nnr_throttled 3\nthrottled_usec 1234\n");
        Assert.Equal((3, 1234), (DemoCgroupFiles.Field(files.CpuStatistics, "nr_throttled"), files.ThrottledMicroseconds()));

        using var hybrid = FakeHost.Hybrid();
        files = DemoCgroupFiles.Find(hybrid.Layout, FakeHost.Path);
        Assert.Equal(
            ["memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control", "pids.max", "pids.current", "pids.events", "cpu.cfs_quota_us", "cpu.stat"],
            Names(files));
        hybrid.Make("cpu", "cpu.stat", "nr_periods 7\nnr_throttled 3\nthrottled_time 1234000\n");
        Assert.Equal(1234, files.ThrottledMicroseconds());
    }

    [Fact]
    public void A_host_without_a_controller_is_told_which()
    {
        using var host = FakeHost.Unified("memory", "cpu");
        var error = Assert.Throws<DemoException>(() => DemoCgroupFiles.Find(host.Layout, FakeHost.Path));
        Assert.Contains("the pids controller", error.Message, StringComparison.Ordinal);
        using var none = FakeHost.None();
        Assert.Contains("the memory controller", Assert.Throws<DemoException>(() => DemoCgroupFiles.Find(none.Layout, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_is_missing_is_an_error()
    {
        using var host = FakeHost.Unified();
        host.Make("all", "cpu.stat", "usage_usec 5\nnr_throttled_by_nobody 1\n");
        var files = DemoCgroupFiles.Find(host.Layout, FakeHost.Path);
        var error = Assert.Throws<DemoException>(() => DemoCgroupFiles.Field(files.CpuStatistics, "nr_throttled"));
        Assert.Contains("has no field nr_throttled", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public void What_a_dead_process_left_is_removed_and_what_a_living_one_has_is_not()
    {
        var layout = CgroupLayout.Detect();
        var abandoned = DemoCgroup.PathOf(int.MaxValue);
        var used = DemoCgroup.PathOf(Environment.ProcessId);
        ContainerCgroup.Create(layout, abandoned);
        ContainerCgroup.Create(layout, used);
        try
        {
            DemoCgroup.RemoveAbandoned(layout, layout.For("memory")!);
            Assert.False(ContainerCgroup.Find(layout, abandoned).Exists());
            Assert.True(ContainerCgroup.Find(layout, used).Exists());
        }
        finally
        {
            DemoCgroup.Remove(layout, abandoned);
            DemoCgroup.Remove(layout, used);
        }

        Assert.False(ContainerCgroup.Find(layout, used).Exists());
        DemoCgroup.Remove(layout, used);
    }

    static IEnumerable<string> Names(DemoCgroupFiles files) => new[]
    {
        files.MemoryLimit, files.MemoryUsage, files.OomFile, files.PidsLimit, files.PidsCount, files.PidsEvents, files.CpuLimit, files.CpuStatistics,
    }.Select(file => Path.GetFileName(file)!);
}
