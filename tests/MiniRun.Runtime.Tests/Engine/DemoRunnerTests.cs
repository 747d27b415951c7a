using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Engine;

[Collection("Demonstrations")]
[Trait("Category", "Integration")]
public sealed class DemoRunnerTests
{
    readonly DemoRunner _runner = new(Repository.RuntimeBinary, CgroupLayout.Detect(), TimeProvider.System);
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_demonstration_is_given_to_its_end()
    {
        foreach (var demo in _runner.Demos)
        {
            await using var run = _runner.Start(demo.Name);
            var facts = await ReadAsync(run);
            Assert.Equal(demo.Purpose, facts[0].Text);
            Assert.True(facts.Count > 20, demo.Name);
            Assert.DoesNotContain(facts, f => f.Kind == FactKind.Error);
        }
    }

    [Fact]
    public async Task There_is_one_at_a_time()
    {
        await using (var run = _runner.Start(DemoCatalogue.Chroot))
        {
            var refused = Assert.Throws<EngineException>(() => _runner.Start(DemoCatalogue.Cgroup));
            Assert.Equal(EngineError.Busy, refused.Error);
            Assert.Contains("chroot runs", refused.Message, StringComparison.Ordinal);
        }

        await using var next = _runner.Start(DemoCatalogue.Chroot);
        Assert.NotEmpty(await ReadAsync(next));
    }

    [Fact]
    public void A_name_that_is_none_is_answered_with_the_names()
    {
        var error = Assert.Throws<EngineException>(() => _runner.Start("magic"));
        Assert.Equal((EngineError.NotFound, "No demonstration is named \"magic\"; there are fork-and-clone, pid-namespace, chroot, cgroup."), (error.Error, error.Message));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_it_and_nothing_is_left()
    {
        string? cgroup = null;
        await using (var run = _runner.Start(DemoCatalogue.Cgroup))
        {
            await foreach (var fact in run.ReadAsync(Cancelled))
            {
                if (fact.Call == "cgroup.procs")
                {
                    cgroup = ContainerCgroupOf(fact.Result!);
                    break;
                }
            }
        }

        Assert.NotNull(cgroup);
        Assert.False(ContainerCgroup.Find(CgroupLayout.Detect(), cgroup).Exists());
    }

    [Fact]
    public async Task One_that_takes_too_long_is_ended_and_says_so()
    {
        var run = Run("echo $$ >&3; exec sleep 60", TimeSpan.FromMilliseconds(300), out var pid);
        await using (run)
        {
            var facts = await ReadAsync(run);
            // What it said first is no JSON; then its time was over.
            Assert.Equal([FactKind.Error, FactKind.Error], facts.Select(f => f.Kind));
            Assert.Contains("cannot be understood", facts[0].Text, StringComparison.Ordinal);
            Assert.Contains("took longer than", facts[1].Text, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Theory]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("kill -TERM $$", "SIGTERM")]
    public async Task One_that_ends_early_says_how(string script, string how)
    {
        await using var run = Run(script, TimeSpan.FromSeconds(30), out _);
        var fact = Assert.Single(await ReadAsync(run));
        Assert.Equal(FactKind.Error, fact.Kind);
        Assert.Contains(how, fact.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_missing_does_not_block_the_next()
    {
        var runner = new DemoRunner("/no/such/program", CgroupLayout.Detect(), TimeProvider.System);
        Assert.Throws<KernelException>(() => runner.Start(DemoCatalogue.Chroot));
        Assert.Throws<KernelException>(() => runner.Start(DemoCatalogue.Chroot));
    }

    /// <summary>A run of a shell script instead of a demonstration.</summary>
    static DemoRun Run(string script, TimeSpan limit, out int pid)
    {
        var (read, write) = Pipes.Create();
        using (write)
        {
            pid = Spawn.Start("/bin/sh", ["sh", "-c", script], ["PATH=/bin:/usr/bin"], Files.Number(write));
            return new DemoRun(pid, read, CgroupLayout.Detect(), TimeProvider.System, limit, () => { });
        }
    }

    static async Task<List<DemoFact>> ReadAsync(IDemoRun run)
    {
        var facts = new List<DemoFact>();
        await foreach (var fact in run.ReadAsync(Cancelled))
        {
            facts.Add(fact);
        }

        return facts;
    }

    static string ContainerCgroupOf(string pid)
    {
        var line = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup")).First(l => l.Contains("minirun-demo-", StringComparison.Ordinal));
        return line.Split(':', 3)[2].Trim('/');
    }
}
