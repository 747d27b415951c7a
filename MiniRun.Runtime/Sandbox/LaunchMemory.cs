using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The memory that the parent and the child of a launch share: the plan, its registers, and what came of each step.</summary>
/// <remarks>
/// Shared, so that a child can be cloned before its plan is written, and so that it can report. Saved in a file it outlives
/// the process that wrote it: <c>start</c> reads there why a program could not be executed, and every start leaves its timeline.
/// Only what a child still writes by then is the file itself, mapped: on a disk each such page costs as much as a system call.
/// The size is address space only: pages exist once they are written to.
/// </remarks>
sealed unsafe partial class LaunchMemory : IDisposable
{
    public const string FileName = "launch";

    /// <summary>A plan of a thousand mounts needs about twelve thousand steps.</summary>
    public const int MaximumSteps = 32 * 1024;

    public const int MaximumRegisters = 4 * 1024;

    const int Size = 16 << 20;
    const ulong Magic = 0x32_48_43_4E_55_41_4C_4D;
    const int ReadAndWrite = 3;
    const int Read = 1;
    const int Fixed = 0x10;
    const int Shared = 0x01;
    const int Private = 0x02;
    const int Anonymous = 0x20;
    const int NoReserve = 0x4000;

    /// <summary>What the child writes: the header, the registers, and what came of each step.</summary>
    static readonly int ReportSize = 4096 + (MaximumRegisters * sizeof(long)) + (MaximumSteps * sizeof(StepRecord));

    readonly byte* _start;
    bool _reportsToFile;

    LaunchMemory(byte* start)
    {
        _start = start;
        Registers = (long*)(start + sizeof(LaunchHeader));
        var records = start + 4096 + (MaximumRegisters * sizeof(long));
        Records = (StepRecord*)records;
        Steps = (LaunchStep*)(Records + MaximumSteps);
        var free = (byte*)(Steps + MaximumSteps);
        Arena = new Arena(free, (int)(start + Size - free));
    }

    public LaunchHeader* Header => (LaunchHeader*)_start;

    public long* Registers { get; }

    public StepRecord* Records { get; }

    public LaunchStep* Steps { get; }

    /// <summary>The pid of the child that went on in another's place; 0 when none did.</summary>
    public int ContinuedPid => Header->ContinuedPid;

    /// <summary>For everything that steps point to.</summary>
    public Arena Arena { get; }

    /// <summary>Memory that ends with the processes that share it.</summary>
    public static LaunchMemory Create() => Begin(Map(Shared | Anonymous | NoReserve, ReadAndWrite, -1));

    /// <summary>Memory whose child goes on reporting when the process that made it has ended.</summary>
    public static LaunchMemory Create(Folder folder)
    {
        using var file = OpenFile(folder, isNew: true);
        var start = Map(Shared | Anonymous | NoReserve, ReadAndWrite, -1);
        if ((nint)mmap(start, (nuint)ReportSize, ReadAndWrite, Shared | Fixed, Files.Number(file), 0) == -1)
        {
            var error = KernelException.Last("mmap");
            _ = munmap(start, Size);
            throw error;
        }

        var memory = Begin(start);
        memory._reportsToFile = true;
        return memory;
    }

    /// <summary>Saves the launch in a folder: the plan, and what came of it so far.</summary>
    public void Save(Folder folder)
    {
        using var file = OpenFile(folder, isNew: !_reportsToFile);
        Write(file, (byte*)Steps, (byte*)(Steps + Header->StepCount));
        Write(file, (byte*)(Steps + MaximumSteps), Arena.Next);
        // Last: who finds the mark finds everything else.
        Header->Magic = Magic;
        if (!_reportsToFile)
        {
            Write(file, (byte*)Records, (byte*)(Records + Header->StepCount));
            Write(file, _start, (byte*)(Header + 1));
        }
    }

    /// <summary>What an earlier launch left in a folder; null when there is nothing, not yet everything, or nothing that this version understands.</summary>
    /// <param name="forWriting">Whether what is written reaches the file.</param>
    public static LaunchMemory? Open(Folder folder, bool forWriting = false)
    {
        SafeFileHandle file;
        try
        {
            file = forWriting ? folder.OpenFile(FileName, Kernel.Open.ReadWrite) : folder.OpenFile(FileName);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return null;
        }

        using (file)
        {
            if (Files.Size(file) != Size)
            {
                return null;
            }

            var memory = new LaunchMemory(forWriting ? Map(Shared, ReadAndWrite, Files.Number(file)) : Map(Private, Read, Files.Number(file)));
            if (memory.Header->Magic == Magic && memory.Header->StepCount is > 0 and <= MaximumSteps)
            {
                return memory;
            }

            memory.Dispose();
            return null;
        }
    }

    /// <summary>Where bytes lie that a step points to: the address is that of the process which wrote it.</summary>
    /// <exception cref="InvalidDataException">It points outside.</exception>
    public byte* At(ulong address)
    {
        var offset = address - Header->Address;
        return offset < Size ? _start + offset : throw new InvalidDataException("a step of the launch points outside its memory");
    }

    /// <summary>Forgets what came of the steps, so that the same plan can be launched again.</summary>
    public void Reset()
    {
        Header->FailedStep = -1;
        new Span<StepRecord>(Records, Header->StepCount).Clear();
    }

    public void Dispose() => _ = munmap(_start, Size);

    static SafeFileHandle OpenFile(Folder folder, bool isNew)
    {
        var file = folder.OpenFile(FileName, isNew ? Kernel.Open.ReadWrite | Kernel.Open.Create | Kernel.Open.Truncate : Kernel.Open.ReadWrite);
        KernelException.Check(Syscall.Invoke(SyscallNumber.Ftruncate, (ulong)Files.Number(file), Size), "ftruncate", FileName);
        return file;
    }

    /// <summary>At the same place in the file as in memory.</summary>
    void Write(SafeFileHandle file, byte* from, byte* to)
    {
        while (from < to)
        {
            from += KernelException.Check(
                Syscall.Invoke(SyscallNumber.Pwrite64, (ulong)Files.Number(file), (ulong)from, (ulong)(to - from), (ulong)(from - _start)), "pwrite", FileName);
        }
    }

    static LaunchMemory Begin(byte* start)
    {
        var memory = new LaunchMemory(start);
        *memory.Header = new LaunchHeader { Address = (ulong)start, FailedStep = -1 };
        return memory;
    }

    static byte* Map(int flags, int protection, int file)
    {
        var place = mmap(null, Size, protection, flags, file, 0);
        return (nint)place == -1 ? throw KernelException.Last("mmap") : (byte*)place;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint length);
}

/// <summary>The beginning of the shared memory.</summary>
[StructLayout(LayoutKind.Sequential)]
struct LaunchHeader
{
    /// <summary>0 until all of the launch is saved.</summary>
    public ulong Magic;

    /// <summary>Where the memory lay in the process that wrote it.</summary>
    public ulong Address;

    /// <summary>How many steps there are now: the child begins while the later ones are still being written.</summary>
    public int StepCount;

    /// <summary>The step that ended the launch, or -1.</summary>
    public int FailedStep;

    public int FailedErrno;

    public int RegisterCount;

    /// <summary>The first step that replaces the program.</summary>
    public int ExecuteStep;

    /// <summary>The pid of the child that went on in another's place; 0 when none did.</summary>
    public int ContinuedPid;

    /// <summary>The names of the registers, as an array of texts.</summary>
    public ulong RegisterNames;

    /// <summary>CLOCK_MONOTONIC when the child was cloned, in nanoseconds.</summary>
    public long ClonedAt;

    /// <summary>How long clone3 took, in nanoseconds.</summary>
    public long CloneDuration;

    /// <summary><see cref="Clock.Difference"/> where the child was cloned.</summary>
    public long ClockDifference;

    /// <summary>CLOCK_MONOTONIC when somebody saw that the program runs, in nanoseconds; 0 when nobody looked.</summary>
    public long StartedAt;

    /// <summary>Whether a child that runs no plan any more has started its program: nothing failed, and it came to the execve.</summary>
    public readonly unsafe bool HasExecuted(StepRecord* records) =>
        FailedStep < 0 && ExecuteStep > 0 && records[ExecuteStep - 1].FinishedAt != 0;
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
