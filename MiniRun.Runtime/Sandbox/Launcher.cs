using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Clones the process that runs a launch plan.</summary>
/// <remarks>Only for a process with one managed thread (DECISIONS 1): never the panel, never a test host.</remarks>
static unsafe class Launcher
{
    const ulong ClonePidFd = 0x1000;
    const ulong CloneIntoCgroup = 0x200000000;

    /// <summary>The main thread; the executable has no finalizer's (Native/start.c).</summary>
    const int ExpectedThreads = 1;

    /// <summary>Clones a child that runs what is written of the plan, and waits where the plan says so.</summary>
    /// <param name="sync">Both ends of <see cref="LaunchSync"/>; the child's end is closed here.</param>
    /// <param name="namespaces">CLONE_NEW* flags.</param>
    /// <param name="cgroup">A v2 cgroup that the child is born in, or null.</param>
    /// <exception cref="KernelException">The kernel refused the clone.</exception>
    public static Launch Clone(LaunchMemory memory, LaunchSync sync, ulong namespaces, SafeFileHandle? cgroup)
    {
        var pidFd = -1;
        var arguments = new CloneArguments
        {
            Flags = ClonePidFd | namespaces | (cgroup is null ? 0 : CloneIntoCgroup),
            PidFd = (ulong)&pidFd,
            ExitSignal = Signals.Child,
            Cgroup = cgroup is null ? 0 : (ulong)Files.Number(cgroup),
        };
        var header = memory.Header;
        var steps = memory.Steps;
        var records = memory.Records;
        var registers = memory.Registers;
        var blocked = Signals.BlockAll();
        header->ClockDifference = Clock.Difference();
        header->ClonedAt = Clock.Monotonic();
        var pid = Syscall.Invoke(SyscallNumber.Clone3, (ulong)&arguments, (ulong)sizeof(CloneArguments));
        if (pid == 0)
        {
            Interpreter.Run(header, steps, records, registers);
        }

        header->CloneDuration = Clock.Monotonic() - header->ClonedAt;
        Signals.Restore(blocked);
        KernelException.Check(pid, "clone3", FlagNames.Namespaces(namespaces));
        sync.CloseChild();
        return new Launch(memory, sync, new LaunchedProcess((int)pid, new SafeFileHandle(pidFd, ownsHandle: true)));
    }

    /// <summary>Refuses to go on in a process in which a clone could hang for ever.</summary>
    /// <exception cref="InvalidOperationException">There are other threads.</exception>
    public static void RequireOneThread()
    {
        var threads = Processes.CountThreads();
        if (threads > ExpectedThreads)
        {
            throw new InvalidOperationException($"the launcher runs in a process with {threads} threads: a clone could hang for ever");
        }
    }
}

/// <summary>struct clone_args of clone3(2).</summary>
[StructLayout(LayoutKind.Sequential)]
struct CloneArguments
{
    public ulong Flags;
    public ulong PidFd;
    public ulong ChildTid;
    public ulong ParentTid;
    public ulong ExitSignal;
    public ulong Stack;
    public ulong StackSize;
    public ulong Tls;
    public ulong SetTid;
    public ulong SetTidSize;
    public ulong Cgroup;
}
