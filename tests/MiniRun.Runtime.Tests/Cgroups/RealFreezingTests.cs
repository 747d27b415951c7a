using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Cgroups;

/// <summary>The freezer of v1 and that of v2, and killing with and without each.</summary>
[Trait("Category", "Integration")]
public sealed class RealFreezingTests
{
    const int LongEnough = 100;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_frozen_stands_still_until_it_is_thawed(bool isUnified)
    {
        using var host = Host(isUnified);
        var cgroup = host.Create();
        using var place = new TemporaryFolder();
        using var process = CgroupProcess.Start(cgroup, $"while :; do echo x; sleep 0.005; done >{place["log"]}");
        Assert.False(cgroup.IsFrozen());
        await WaitForGrowth(place);
        cgroup.Freeze();
        Assert.True(cgroup.IsFrozen());
        var length = Length(place);
        await Task.Delay(LongEnough, TestContext.Current.CancellationToken);
        Assert.Equal(length, Length(place));
        cgroup.Thaw();
        Assert.False(cgroup.IsFrozen());
        await WaitForGrowth(place);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_start_in_a_cgroup_that_was_left_frozen_is_refused(bool isUnified)
    {
        using var host = Host(isUnified);
        var cgroup = host.Create();
        cgroup.Freeze();
        Assert.Contains("is frozen", Assert.Throws<CgroupException>(() => ContainerCgroup.Create(host.Layout, cgroup.Path, strict: true)).Message, StringComparison.Ordinal);
        cgroup.Thaw();
        Assert.False(ContainerCgroup.Create(host.Layout, cgroup.Path, strict: true).IsFrozen());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_frozen_can_be_killed_and_is_not_frozen_afterwards(bool isUnified)
    {
        using var host = Host(isUnified);
        var cgroup = host.Create();
        using var process = CgroupProcess.Start(cgroup, "exec sleep 60");
        cgroup.Freeze();
        cgroup.Kill();
        Assert.Equal(137, process.ExitCode());
        Assert.False(cgroup.IsFrozen());
    }

    [Fact]
    public void Killing_by_v2_reaches_what_v1_holds_frozen()
    {
        using var host = RealHost.Whole();
        Assert.SkipUnless(host.Layout.Unified is not null && host.Layout.For("freezer") is { IsUnified: false }, "this host has not both freezers");
        var cgroup = host.Create();
        using var freezer = new LegacyFreezer(host.Path);
        using var process = CgroupProcess.Start(cgroup, "exec sleep 60");
        freezer.Freeze(process.Pid);
        ContainerCgroup.Find(host.Layout, host.Path).Kill();
        Assert.Equal(137, process.ExitCode());
    }

    [Theory]
    [InlineData("unified")]
    [InlineData("freezer")]
    [InlineData("pids")]
    public async Task Not_one_of_a_tree_that_forks_all_the_time_outlives_a_kill(string means)
    {
        using var host = means == "unified" ? RealHost.UnifiedTree() : means == "freezer" ? RealHost.LegacyTrees("freezer", "pids") : RealHost.LegacyTrees("pids");
        var cgroup = host.Create();
        using var process = CgroupProcess.Start(cgroup, "f() { sleep 60 & (sleep 0.01; f) & sleep 0.02; f; }; f");
        while (cgroup.AllMembers().Count < 20)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        cgroup.Kill();
        Assert.Equal(137, process.ExitCode());
        Assert.True(CgroupRemoval.Await(cgroup));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_runs_in_a_cgroup_below_is_found_killed_and_removed(bool isUnified)
    {
        using var host = Host(isUnified);
        var cgroup = host.Create();
        var below = ContainerCgroup.Create(host.Layout, host.Path + "/a/b");
        using var process = CgroupProcess.Start(below, "exec sleep 60");
        Assert.Empty(cgroup.Members());
        Assert.Equal([process.Pid], cgroup.AllMembers());
        Assert.False(cgroup.TryRemove());
        cgroup.Kill();
        Assert.Equal(137, process.ExitCode());
        Assert.True(CgroupRemoval.Await(cgroup));
        Assert.False(below.Exists() && ContainerCgroup.Find(host.Layout, host.Path).Exists());
    }

    [Fact]
    public void A_host_without_a_freezer_says_so()
    {
        using var host = RealHost.LegacyTrees("pids");
        Assert.Equal(Errno.EOPNOTSUPP, Assert.Throws<KernelException>(() => host.Create().Freeze()).Errno);
    }

    static async Task WaitForGrowth(TemporaryFolder place)
    {
        var before = Length(place);
        while (Length(place) == before)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    static long Length(TemporaryFolder place) => new FileInfo(place["log"]) is { Exists: true } file ? file.Length : 0;

    static RealHost Host(bool isUnified) => isUnified ? RealHost.UnifiedTree() : RealHost.LegacyTrees("freezer", "pids");

    /// <summary>A process frozen by somebody else.</summary>
    sealed class LegacyFreezer(string path) : IDisposable
    {
        readonly string _folder = Directory.CreateDirectory($"{CgroupLayout.Detect().For("freezer")!.Path}/{path}").FullName;

        public void Freeze(int pid)
        {
            File.WriteAllText(_folder + "/cgroup.procs", $"{pid}");
            File.WriteAllText(_folder + "/freezer.state", "FROZEN");
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(_folder + "/freezer.state").Trim() is "FROZEN", TimeSpan.FromSeconds(5)));
        }

        public void Dispose() => Assert.True(SpinWait.SpinUntil(
            () =>
            {
                try
                {
                    Directory.Delete(_folder);
                    Directory.Delete(Path.GetDirectoryName(_folder)!);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(5)));
    }
}
