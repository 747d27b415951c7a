using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>What the child of a launch writes and its parent reads: registers, results and times of the steps.</summary>
[StructLayout(LayoutKind.Sequential)]
struct SharedPage
{
    /// <summary>The step that ended the launch, or -1.</summary>
    public int FailedStep;

    public int FailedErrno;

    public RegisterFile Registers;

    [InlineArray(LaunchPlan.MaximumRegisters)]
    public struct RegisterFile
    {
        long _first;
    }
}

/// <summary>The outcome of one step.</summary>
[StructLayout(LayoutKind.Sequential)]
struct StepRecord
{
    /// <summary>CLOCK_MONOTONIC after the step, in nanoseconds; 0 when it was left out or never reached.</summary>
    public long FinishedAt;

    /// <summary>The call's result, or the negated errno.</summary>
    public long Result;
}

/// <summary>The memory shared by parent and child: one <see cref="SharedPage"/> and a <see cref="StepRecord"/> for each step.</summary>
sealed unsafe partial class SharedMemory : IDisposable
{
    readonly nuint _size;

    public SharedMemory(int steps)
    {
        _size = (nuint)(sizeof(SharedPage) + (steps * sizeof(StepRecord)));
        var place = mmap(null, _size, ReadAndWrite, SharedAnonymous, -1, 0);
        if ((nint)place == -1)
        {
            throw KernelException.Last("mmap");
        }

        Page = (SharedPage*)place;
        Records = (StepRecord*)(Page + 1);
        Page->FailedStep = -1;
    }

    public SharedPage* Page { get; }

    public StepRecord* Records { get; }

    public void Dispose() => _ = munmap(Page, _size);

    const int ReadAndWrite = 3;
    const int SharedAnonymous = 0x21;

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint length);
}
