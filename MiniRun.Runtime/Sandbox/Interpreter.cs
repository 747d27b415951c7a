using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Runs a launch plan in the child of a clone.</summary>
/// <remarks>Nothing here allocates, takes a lock, touches a static field or calls the runtime: the child is a copy of one
/// thread, and whatever another thread held at the moment of the clone stays held for ever.</remarks>
static unsafe class Interpreter
{
    const int LaunchFailed = 127;

    /// <summary>Runs the steps; the last one replaces this program. Never returns.</summary>
    public static void Run(LaunchHeader* header, LaunchStep* steps, StepRecord* records, long* registers)
    {
        var shift = Clock.Difference() - header->ClockDifference;
        // The count grows while the parent writes: it is final once the step that awaits the parent is behind us.
        for (var i = 0; i < Volatile.Read(ref header->StepCount); i++)
        {
            var step = steps + i;
            var result = Execute(step, registers);
            if (step->Number == ControlStep.ContinueInChild || step->Number == SyscallNumber.Setns)
            {
                shift = Clock.Difference() - header->ClockDifference;
            }

            records[i].FinishedAt = Clock.Monotonic() - shift;
            records[i].Result = result;
            if (result >= 0)
            {
                if (step->Result >= 0)
                {
                    registers[step->Result] = result;
                }

                i += step->SkipOnSuccess;
            }
            else if (step->Tolerates((int)-result))
            {
                i += step->SkipOnTolerated;
            }
            else
            {
                header->FailedErrno = (int)-result;
                header->FailedStep = i;
                Syscall.Invoke(SyscallNumber.ExitGroup, LaunchFailed);
            }
        }

        Syscall.Invoke(SyscallNumber.ExitGroup, LaunchFailed);
    }

    static long Execute(LaunchStep* step, long* registers)
    {
        var a = Argument(step, registers, 0);
        var b = Argument(step, registers, 1);
        var c = Argument(step, registers, 2);
        switch (step->Number)
        {
            case ControlStep.AwaitParent:
                return AwaitParent(a, b, c);
            case ControlStep.CheckWorkingDirectory:
                var length = Syscall.Invoke(SyscallNumber.Getcwd, a, b);
                return length > 0 && *(byte*)a != (byte)'/' ? -(long)Errno.ENOENT : length;
            case ControlStep.ContinueInChild:
                return ContinueInChild(a, b);
            case ControlStep.CheckProgram:
                return CheckProgram(a);
            case <= MountStep.First:
                return MountStep.Run(step->Number, a, b, c, Argument(step, registers, 3), Argument(step, registers, 4), Argument(step, registers, 5));
            default:
                return Syscall.Invoke(step->Number, a, b, c, Argument(step, registers, 3), Argument(step, registers, 4), Argument(step, registers, 5));
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

    static long ContinueInChild(ulong arguments, ulong size)
    {
        var pid = Syscall.Invoke(SyscallNumber.Clone3, arguments, size);
        if (pid > 0)
        {
            Syscall.Invoke(SyscallNumber.ExitGroup, 0);
        }

        return pid;
    }

    static long CheckProgram(ulong path)
    {
        const ulong Executable = 1;
        var here = unchecked((ulong)Files.CurrentFolder);
        var result = Syscall.Invoke(SyscallNumber.Faccessat, here, path, Executable);
        if (result == 0)
        {
            FileFacts facts;
            // execve(2) says EACCES of a directory too.
            var known = Syscall.Invoke(SyscallNumber.Statx, here, path, 0, FileFacts.Basic, (ulong)(&facts)) == 0;
            return known && facts.Kind != FileFacts.Regular ? -(long)Errno.EACCES : 0;
        }

        // A filter of system calls that refuses to answer leaves the answer to execve.
        return result is -(long)Errno.EPERM or -(long)Errno.ENOSYS ? 0 : result;
    }

    static ulong Argument(LaunchStep* step, long* registers, int index)
    {
        var value = step->Arguments[index];
        return (step->RegisterArguments & (1 << index)) != 0 ? (ulong)registers[value] : value;
    }
}
