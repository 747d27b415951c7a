using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed unsafe class LaunchExceptionTests
{
    [Fact]
    public void The_failing_step_is_named_with_its_call_its_path_and_its_error()
    {
        using var plan = Plan("/bin/a");
        var shared = plan.Memory;
        (shared.Header->FailedStep, shared.Header->FailedErrno) = (0, (int)Errno.EPERM);
        var error = LaunchException.From(plan);
        Assert.Equal((1, 3, "chdir(\"/srv\")", "/srv", "EPERM"), (error.Failure.Step, error.Failure.Steps, error.Failure.Call, error.Failure.Path, error.Failure.Errno));
        Assert.StartsWith("step 1 of 3, chdir(\"/srv\"): EPERM (operation not permitted); the host forbids it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_candidates_the_one_that_exists_says_more()
    {
        using var plan = Plan("/usr/bin/a", "/bin/a", "/sbin/a");
        var shared = plan.Memory;
        shared.Records[2].Result = -(long)Errno.ENOENT;
        shared.Records[3].Result = -(long)Errno.EACCES;
        (shared.Header->FailedStep, shared.Header->FailedErrno) = (4, (int)Errno.ENOENT);
        var failure = LaunchException.From(plan).Failure;
        Assert.Equal(("/bin/a", "EACCES", 4), (failure.Path, failure.Errno, failure.Step));
    }

    [Fact]
    public void When_none_of_them_exists_the_last_is_named()
    {
        using var plan = Plan("/usr/bin/a", "/bin/a");
        var shared = plan.Memory;
        shared.Records[2].Result = -(long)Errno.ENOENT;
        (shared.Header->FailedStep, shared.Header->FailedErrno) = (3, (int)Errno.ENOENT);
        var failure = LaunchException.From(plan).Failure;
        Assert.Equal(("/bin/a", "ENOENT"), (failure.Path, failure.Errno));
    }

    [Fact]
    public void A_child_that_was_killed_reports_nothing()
    {
        using var plan = Plan("/bin/a");
        var shared = plan.Memory;
        shared.Records[0].FinishedAt = 5;
        shared.Records[1].FinishedAt = 6;
        var failure = LaunchException.From(plan).Failure;
        Assert.Equal((2, "killed"), (failure.Step, failure.Errno));
    }

    [Fact]
    public void One_that_was_killed_for_want_of_memory_says_so()
    {
        using var plan = Plan("/bin/a");
        var error = LaunchException.From(plan);
        Assert.Contains("for want of memory", error.Explain(memoryKills: 1).Message, StringComparison.Ordinal);
        Assert.Same(error, error.Explain(memoryKills: 0));
        // Who ended with an error of its own was not killed, whatever became of others.
        (plan.Memory.Header->FailedStep, plan.Memory.Header->FailedErrno) = (0, (int)Errno.EPERM);
        Assert.Contains("EPERM", LaunchException.From(plan).Explain(memoryKills: 1).Message, StringComparison.Ordinal);
    }

    static LaunchPlan Plan(params string[] candidates)
    {
        var plan = new PlanBuilder(LaunchMemory.Create());
        plan.ChangeFolder("/srv");
        plan.SetUmask(0);
        plan.Execute(candidates, ["a"], []);
        return plan.Build();
    }
}
