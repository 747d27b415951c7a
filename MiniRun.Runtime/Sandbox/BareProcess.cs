using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A process that runs a launch plan as far as it goes: to a program, or to an exit of its own. No container, no hand-off;
/// what every step returned can be read while it runs.</summary>
/// <remarks>Only for a process with one managed thread (DECISIONS 1): never the panel, never a test host.</remarks>
sealed unsafe partial class BareProcess : IDisposable
{
    const ulong ClonePidFd = 0x1000;
    const ulong CloneMemory = 0x100;
    const ulong CloneWait = 0x4000;
    const int StackSize = 64 * 1024;

    readonly LaunchPlan _plan;
    ProcessEnd? _end;

    BareProcess(LaunchPlan plan, long pid, int pidFd, long startedAt)
    {
        (_plan, Pid, StartedAt) = (plan, (int)pid, startedAt);
        PidFd = new SafeFileHandle(pidFd, ownsHandle: true);
        ClonedAt = Clock.Monotonic();
    }

    public int Pid { get; }

    public SafeFileHandle PidFd { get; }

    /// <summary>CLOCK_MONOTONIC before the clone, in nanoseconds.</summary>
    public long StartedAt { get; }

    /// <summary>CLOCK_MONOTONIC when the clone had returned here, in nanoseconds.</summary>
    public long ClonedAt { get; }

    /// <summary>The call that made it, in words.</summary>
    public required string Call { get; init; }

    /// <summary>Clones with memory of its own: a copy, or rather a promise of one.</summary>
    /// <param name="plan">Stays the caller's.</param>
    /// <param name="namespaces">CLONE_NEW flags, or 0: then it is what fork(2) does.</param>
    public static BareProcess Clone(LaunchPlan plan, ulong namespaces)
    {
        var pidFd = -1;
        var arguments = new CloneArguments { Flags = ClonePidFd | namespaces, PidFd = (ulong)&pidFd, ExitSignal = Signals.Child };
        var work = new Work(plan.Memory);
        var blocked = Signals.BlockAll();
        var startedAt = Clock.Monotonic();
        var pid = Syscall.Invoke(SyscallNumber.Clone3, (ulong)&arguments, (ulong)sizeof(CloneArguments));
        if (pid == 0)
        {
            Interpreter.Run(work.Header, work.Steps, work.Records, work.Registers);
        }

        Signals.Restore(blocked);
        var call = $"clone3({(namespaces == 0 ? "" : FlagNames.Namespaces(namespaces) + ", ")}SIGCHLD)";
        return pid < 0
            ? throw new KernelException(call, null, (Errno)(-pid))
            : new BareProcess(plan, pid, pidFd, startedAt) { Call = call };
    }

    /// <summary>Clones with this process's own memory: what the child writes, this process finds written.</summary>
    /// <remarks>The child has a stack of its own, and this thread sleeps until the child has ended: they also share what the
    /// language's runtime keeps for this one thread.</remarks>
    public static BareProcess CloneInSameMemory(LaunchPlan plan)
    {
        const string Words = "clone(CLONE_VM|CLONE_VFORK, SIGCHLD)";
        using var stack = new Pages(StackSize);
        var pidFd = -1;
        var work = new Work(plan.Memory);
        var blocked = Signals.BlockAll();
        var startedAt = Clock.Monotonic();
        var pid = clone(&RunInSameMemory, stack.Start + StackSize, (int)(CloneMemory | CloneWait | ClonePidFd) | Signals.Child, &work, &pidFd, 0, 0);
        var errno = (Errno)Marshal.GetLastSystemError();
        Signals.Restore(blocked);
        return pid < 0
            ? throw new KernelException(Words, null, errno)
            : new BareProcess(plan, pid, pidFd, startedAt) { Call = Words };
    }

    /// <summary>What a step returned, and the nanoseconds since the step before it; null when it was not reached yet.</summary>
    public (long Result, long Nanoseconds)? Outcome(int step)
    {
        var record = _plan.Memory.Records[step];
        if (record.FinishedAt == 0)
        {
            return null;
        }

        var before = StartedAt;
        for (var i = 0; i < step; i++)
        {
            before = Math.Max(before, _plan.Memory.Records[i].FinishedAt);
        }

        return (record.Result, record.FinishedAt - before);
    }

    /// <summary>The step that ended it, or null when none has.</summary>
    public LaunchException? Failure() => _plan.Memory.Header->FailedStep < 0 ? null : LaunchException.From(_plan);

    /// <summary>Waits until it has ended, and reaps it.</summary>
    public ProcessEnd Reap() => _end ??= Processes.Reap(PidFd, wait: true)!.Value;

    /// <summary>Its one-letter state of proc_pid_stat(5): R, S, Z and so on.</summary>
    public char State()
    {
        using var stat = Files.OpenPath(string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/stat"), Open.ReadOnly);
        return Processes.StatFields(Files.ReadAll(stat))[0][0];
    }

    /// <summary>Kills it when it still runs.</summary>
    public void Dispose()
    {
        if (_end is null)
        {
            Processes.Signal(PidFd, Signals.Kill);
            Reap();
        }

        PidFd.Dispose();
    }

    [UnmanagedCallersOnly]
    static int RunInSameMemory(Work* work)
    {
        Interpreter.Run(work->Header, work->Steps, work->Records, work->Registers);
        return 0;
    }

    // Without SuppressGCTransition: the child enters managed code anew, as a callback would.
    [LibraryImport("libc")]
    private static partial int clone(
        delegate* unmanaged<Work*, int> function, void* stack, int flags, Work* argument, int* pidFd, nint tls, nint childTid);

    /// <summary>What the child needs of the plan, without the managed heap.</summary>
    readonly struct Work(LaunchMemory memory)
    {
        public readonly LaunchHeader* Header = memory.Header;
        public readonly LaunchStep* Steps = memory.Steps;
        public readonly StepRecord* Records = memory.Records;
        public readonly long* Registers = memory.Registers;
    }
}
