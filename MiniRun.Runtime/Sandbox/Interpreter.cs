using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Runs a launch plan in the child of a clone.</summary>
/// <remarks>Nothing here allocates, takes a lock, touches a static field or calls the runtime: the child is a copy of one
/// thread, and whatever another thread held at the moment of the clone stays held for ever.</remarks>
static unsafe class Interpreter
{
    const int LaunchFailed = 127;

    /// <summary>Runs the steps; the last one replaces this program. Never returns.</summary>
    public static void Run(LaunchStep* steps, int count, SharedPage* page, StepRecord* records)
    {
        for (var i = 0; i < count; i++)
        {
            var step = steps + i;
            var result = Execute(step, page);
            records[i].FinishedAt = Clock.Monotonic();
            records[i].Result = result;
            if (result >= 0)
            {
                if (step->Result >= 0)
                {
                    page->Registers[step->Result] = result;
                }

                i += step->SkipOnSuccess;
            }
            else if (step->Tolerates((int)-result))
            {
                i += step->SkipOnTolerated;
            }
            else
            {
                page->FailedErrno = (int)-result;
                page->FailedStep = i;
                Syscall.Invoke(SyscallNumber.ExitGroup, LaunchFailed);
            }
        }

        Syscall.Invoke(SyscallNumber.ExitGroup, LaunchFailed);
    }

    static long Execute(LaunchStep* step, SharedPage* page)
    {
        var a = Argument(step, page, 0);
        var b = Argument(step, page, 1);
        var c = Argument(step, page, 2);
        switch (step->Number)
        {
            case ControlStep.AwaitParent:
                return AwaitParent(a, b, c);
            case ControlStep.CheckWorkingDirectory:
                var length = Syscall.Invoke(SyscallNumber.Getcwd, a, b);
                return length > 0 && *(byte*)a != (byte)'/' ? -(long)Errno.ENOENT : length;
            case <= MountStep.First:
                return MountStep.Run(step->Number, a, b, c, Argument(step, page, 3), Argument(step, page, 4), Argument(step, page, 5));
            default:
                return Syscall.Invoke(step->Number, a, b, c, Argument(step, page, 3), Argument(step, page, 4), Argument(step, page, 5));
        }
    }

    static long AwaitParent(ulong descriptor, ulong buffer, ulong count)
    {
        var read = Syscall.Invoke(SyscallNumber.Read, descriptor, buffer, count);
        if (read == 0)
        {
            // The parent is gone, and so is whoever could read a report.
            Syscall.Invoke(SyscallNumber.ExitGroup, LaunchFailed);
        }

        return read;
    }

    static ulong Argument(LaunchStep* step, SharedPage* page, int index)
    {
        var value = step->Arguments[index];
        return (step->RegisterArguments & (1 << index)) != 0 ? (ulong)page->Registers[(int)value] : value;
    }
}
