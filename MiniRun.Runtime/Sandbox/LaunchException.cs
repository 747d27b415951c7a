using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A launch that the kernel refused: the step of the plan, its call and what that usually means.</summary>
sealed class LaunchException(LaunchFailure failure)
    : Exception($"step {failure.Step} of {failure.Steps}, {failure.Call}: {failure.Errno}{InWords(failure.Errno)}; {failure.Hint}")
{
    /// <summary>The words of strerror(3): podman and Docker look for them to tell a missing program from a forbidden one.</summary>
    static string InWords(string errno) => Enum.TryParse<Errno>(errno, out var known) ? $" ({known.Describe()})" : "";

    const string Killed = "killed";

    public LaunchFailure Failure { get; } = failure;

    /// <summary>The same, or why it was killed when the kernel has counted that.</summary>
    /// <param name="memoryKills">How many processes of the container's cgroup were killed for want of memory.</param>
    public LaunchException Explain(long memoryKills) => Failure.Errno != Killed || memoryKills == 0 ? this : new LaunchException(Failure with
    {
        Hint = "the kernel killed the process for want of memory before its program started; raise $.linux.resources.memory.limit",
    });

    /// <summary>Reads what the child left in the shared memory.</summary>
    public static unsafe LaunchException From(LaunchPlan plan)
    {
        var failed = plan.Memory.Header->FailedStep;
        var errno = (Errno)plan.Memory.Header->FailedErrno;
        if (failed < 0)
        {
            return new LaunchException(new LaunchFailure(
                LastReached(plan) + 1, plan.Count, "none", null, Killed,
                "the process was killed from outside before its program started; see the kernel's log"));
        }

        // Of several candidates along PATH the one that exists but cannot be run says more than the last that is missing.
        var looksForProgram = plan[failed].Number == SyscallNumber.Execve || plan[failed].Number == ControlStep.CheckProgram;
        for (var i = failed - 1; looksForProgram && i >= 0 && plan[i].Number == plan[failed].Number; i--)
        {
            if (plan.Memory.Records[i].Result == -(long)Errno.EACCES)
            {
                (failed, errno) = (i, Errno.EACCES);
            }
        }

        var call = PlanPrinter.Call(plan, failed);
        return new LaunchException(new LaunchFailure(
            failed + 1, plan.Count, call.Text + Target(plan, failed), call.Path, errno.Name(), LaunchHints.For(call, errno)));
    }

    /// <summary>The file that is written to: the call has only its descriptor, but the step before has opened it.</summary>
    static string Target(LaunchPlan plan, int failed) =>
        plan[failed].Number == SyscallNumber.Write && failed > 0 && PlanPrinter.Call(plan, failed - 1) is { Name: "openat", Path: { } path } ? " to " + path : "";

    static unsafe int LastReached(LaunchPlan plan)
    {
        var last = 0;
        for (var i = 0; i < plan.Count; i++)
        {
            if (plan.Memory.Records[i].FinishedAt != 0)
            {
                last = i;
            }
        }

        return last;
    }
}
