using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A launch that the kernel refused: the step of the plan, its call and what that usually means.</summary>
sealed class LaunchException(LaunchFailure failure)
    : Exception($"step {failure.Step} of {failure.Steps}, {failure.Call}: {failure.Errno}; {failure.Hint}")
{
    public LaunchFailure Failure { get; } = failure;

    /// <summary>Reads what the child left in the shared page.</summary>
    public static unsafe LaunchException From(LaunchPlan plan, SharedMemory shared)
    {
        var failed = shared.Page->FailedStep;
        var errno = (Errno)shared.Page->FailedErrno;
        if (failed < 0)
        {
            return new LaunchException(new LaunchFailure(
                LastReached(plan, shared) + 1, plan.Steps.Count, "none", null, "killed",
                "the process was killed from outside before its program started; see the kernel's log"));
        }

        // Of several candidates along PATH the one that exists but cannot be run says more than the last that is missing.
        for (var i = failed - 1; i >= 0 && plan.Steps[i].Number == SyscallNumber.Execve; i--)
        {
            if (shared.Records[i].Result == -(long)Errno.EACCES)
            {
                (failed, errno) = (i, Errno.EACCES);
            }
        }

        var call = PlanPrinter.Call(plan, failed);
        return new LaunchException(new LaunchFailure(
            failed + 1, plan.Steps.Count, call.Text, call.Path, errno.Name(), LaunchHints.For(call, errno)));
    }

    static unsafe int LastReached(LaunchPlan plan, SharedMemory shared)
    {
        var last = 0;
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            if (shared.Records[i].FinishedAt != 0)
            {
                last = i;
            }
        }

        return last;
    }
}
