using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Timeline;

namespace MiniRun.Runtime.Tests.Sandbox.Timeline;

public sealed unsafe class TimelineReaderTests : IDisposable
{
    const int Wait = 1;
    const int First = 3;
    const int Second = 4;
    readonly LaunchPlan _plan;

    public TimelineReaderTests()
    {
        var plan = new PlanBuilder(LaunchMemory.Create());
        plan.ChangeFolder("/srv");
        plan.AwaitParent(7);
        plan.SetUmask(0);
        plan.Execute(["/usr/bin/a", "/bin/a"], ["a", "-b"], ["KEY=secret", "PATH=/bin"]);
        _plan = plan.Build();
        var header = _plan.Memory.Header;
        (header->ClonedAt, header->CloneDuration) = (1_000_000, 150_000);
    }

    public void Dispose() => _plan.Dispose();

    [Fact]
    public void Each_step_begins_where_the_one_before_has_ended()
    {
        Finish((0, 1_010_500, 0), (Wait, 1_030_000, 1), (2, 1_031_000, 18), (First, 1_040_000, -(long)Errno.ENOENT));
        _plan.Memory.Header->StartedAt = 1_100_000;
        var timeline = TimelineReader.Read(_plan);
        Assert.Equal((true, 150.0, 100.0, 19.5), (timeline.HasStarted, timeline.Cloning, timeline.Total, timeline.Waited));
        Assert.Equal([0, 10.5, 30, 31, 40], timeline.Steps.Select(s => s.At!.Value));
        Assert.Equal([10.5, 19.5, 1, 9, 60], timeline.Steps.Select(s => s.Took!.Value));
        Assert.Equal([1, 2, 3, 4, 5], timeline.Steps.Select(s => s.Number));
        Assert.Equal(["chdir", "await_parent", "umask", "execve", "execve"], timeline.Steps.Select(s => s.Call));
        Assert.Equal([false, true, false, false, false], timeline.Steps.Select(s => s.IsWait));
        Assert.Equal((StepOutcome.Tolerated, "ENOENT", (long?)null), (timeline.Steps[First].Outcome, timeline.Steps[First].Errno, timeline.Steps[First].Result));
        Assert.Equal((StepOutcome.Done, 18L), (timeline.Steps[2].Outcome, timeline.Steps[2].Result));
        Assert.Equal((StepOutcome.Done, (long?)null), (timeline.Steps[Second].Outcome, timeline.Steps[Second].Result));
    }

    [Fact]
    public void Of_an_environment_only_the_names_are_told()
    {
        var text = TimelineReader.Read(_plan).Steps[Second].Text;
        Assert.Equal("execve(\"/bin/a\", [\"a\", \"-b\"], [KEY, PATH])", text);
    }

    [Fact]
    public void What_waits_is_unfinished_and_what_follows_is_not_reached()
    {
        Finish((0, 1_010_000, 0));
        var timeline = TimelineReader.Read(_plan);
        Assert.Equal(
            [StepOutcome.Done, StepOutcome.Unfinished, StepOutcome.NotReached, StepOutcome.NotReached, StepOutcome.NotReached], timeline.Steps.Select(s => s.Outcome));
        Assert.Equal((10.0, (double?)null, (double?)null), (timeline.Steps[Wait].At, timeline.Steps[Wait].Took, timeline.Steps[2].At));
        Assert.Equal((false, 10.0), (timeline.HasStarted, timeline.Total));
    }

    [Fact]
    public void Before_the_first_step_has_ended_it_is_unfinished() =>
        Assert.Equal([StepOutcome.Unfinished, StepOutcome.NotReached], TimelineReader.Read(_plan).Steps.Take(2).Select(s => s.Outcome));

    [Fact]
    public void The_step_that_fails_is_the_end()
    {
        Finish((0, 1_010_000, -(long)Errno.EACCES));
        (_plan.Memory.Header->FailedStep, _plan.Memory.Header->FailedErrno) = (0, (int)Errno.EACCES);
        var timeline = TimelineReader.Read(_plan);
        Assert.Equal((StepOutcome.Failed, "EACCES"), (timeline.Steps[0].Outcome, timeline.Steps[0].Errno));
        Assert.All(timeline.Steps.Skip(1), step => Assert.Equal(StepOutcome.NotReached, step.Outcome));
        Assert.False(timeline.HasStarted);
    }

    [Fact]
    public void What_a_success_makes_needless_is_left_out()
    {
        using var memory = LaunchMemory.Create();
        var builder = new PlanBuilder(memory);
        builder.ChangeFolder("/a");
        builder.ChangeFolder("/b");
        builder.SetUmask(0);
        builder.AwaitParent(7);
        var plan = builder.Build();
        memory.Steps[0].SkipOnSuccess = 1;
        (memory.Records[0].FinishedAt, memory.Records[2].FinishedAt) = (10, 20);
        Assert.Equal(
            [StepOutcome.Done, StepOutcome.LeftOut, StepOutcome.Done, StepOutcome.Unfinished], TimelineReader.Read(plan).Steps.Select(s => s.Outcome));
        // While it is in the step after the one that was left out, that one is the current.
        memory.Records[2].FinishedAt = 0;
        Assert.Equal(
            [StepOutcome.Done, StepOutcome.LeftOut, StepOutcome.Unfinished, StepOutcome.NotReached], TimelineReader.Read(plan).Steps.Select(s => s.Outcome));
    }

    [Fact]
    public void A_start_that_nobody_watched_ends_where_its_program_began()
    {
        Finish((0, 1_010_000, 0), (Wait, 1_030_000, 1), (2, 1_031_000, 18));
        var timeline = TimelineReader.Read(_plan);
        Assert.Equal((true, 31.0, StepOutcome.Done, (double?)null), (timeline.HasStarted, timeline.Total, timeline.Steps[First].Outcome, timeline.Steps[First].Took));
        Assert.Equal(StepOutcome.NotReached, timeline.Steps[Second].Outcome);
    }

    void Finish(params (int Step, long At, long Result)[] records)
    {
        foreach (var (step, at, result) in records)
        {
            _plan.Memory.Records[step] = new StepRecord { FinishedAt = at, Result = result };
        }
    }
}
