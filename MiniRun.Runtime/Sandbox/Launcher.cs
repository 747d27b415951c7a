using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A process that runs its program.</summary>
sealed record LaunchedProcess(int Pid, SafeFileHandle PidFd) : IDisposable
{
    public void Dispose() => PidFd.Dispose();
}

/// <summary>Clones a process and lets it run a launch plan.</summary>
/// <remarks>Only for a process with one managed thread (DECISIONS 1): never the panel, never a test host.</remarks>
static unsafe partial class Launcher
{
    const ulong ClonePidFd = 0x1000;
    const ulong CloneIntoCgroup = 0x200000000;

    /// <summary>The main thread and the finalizer, which sleeps as long as nothing is collected.</summary>
    const int ExpectedThreads = 2;

    /// <param name="cgroup">A v2 cgroup that the child is born in, or null.</param>
    /// <param name="whileChildPrepares">The parent's part: it runs while the child makes its mounts.</param>
    /// <exception cref="LaunchException">A step failed; the child is gone.</exception>
    public static LaunchedProcess Launch(
        LaunchPlan plan, (SafeFileHandle Parent, SafeFileHandle Child) sync, long namespaces, SafeFileHandle? cgroup, Action<int> whileChildPrepares)
    {
        var steps = plan.Steps.ToArray();
        using var shared = new SharedMemory(steps.Length);
        var pidFd = -1;
        var arguments = new CloneArguments
        {
            Flags = ClonePidFd | (ulong)namespaces | (cgroup is null ? 0 : CloneIntoCgroup),
            PidFd = (ulong)&pidFd,
            ExitSignal = Signals.Child,
            Cgroup = cgroup is null ? 0 : (ulong)Files.Number(cgroup),
        };
        fixed (LaunchStep* first = steps)
        {
            var blocked = Signals.BlockAll();
            var pid = Syscall.Invoke(SyscallNumber.Clone3, (ulong)&arguments, (ulong)sizeof(CloneArguments));
            if (pid == 0)
            {
                Interpreter.Run(first, steps.Length, shared.Page, shared.Records);
            }

            Signals.Restore(blocked);
            KernelException.Check(pid, "clone3", FlagNames.Namespaces((ulong)namespaces));
            var process = new LaunchedProcess((int)pid, new SafeFileHandle(pidFd, ownsHandle: true));
            sync.Child.Dispose();
            try
            {
                whileChildPrepares((int)pid);
                Release(sync.Parent);
                AwaitStart(plan, shared, sync.Parent);
                return process;
            }
            catch
            {
                Processes.Signal(process.PidFd, Signals.Kill);
                Processes.Reap(process.PidFd, wait: true);
                process.Dispose();
                throw;
            }
        }
    }

    /// <summary>Tells the child that the parent's part is done; one that failed before does not listen.</summary>
    static void Release(SafeFileHandle parent)
    {
        var done = (byte)1;
        var result = Syscall.Invoke(SyscallNumber.Write, (ulong)Files.Number(parent), (ulong)&done, 1);
        if (result < 0 && result != -(long)Errno.EPIPE)
        {
            KernelException.Check(result, "write");
        }
    }

    /// <summary>The child's end closes when the program starts, or when the child ends.</summary>
    static void AwaitStart(LaunchPlan plan, SharedMemory shared, SafeFileHandle parent)
    {
        Span<byte> nothing = stackalloc byte[1];
        try
        {
            _ = Files.Read(parent, nothing);
        }
        catch (KernelException e) when (e.Errno is Errno.ECONNRESET)
        {
            // The child ended with our byte unread.
        }

        var started = shared.Records[plan.Steps.Count - 1].FinishedAt == 0 && shared.Page->FailedStep < 0 && Executed(plan, shared);
        if (!started)
        {
            throw LaunchException.From(plan, shared);
        }
    }

    /// <summary>Whether the child got as far as the execve that replaced it: the step before it is recorded, it itself is not.</summary>
    static bool Executed(LaunchPlan plan, SharedMemory shared)
    {
        for (var i = plan.Steps.Count - 1; i > 0; i--)
        {
            if (plan.Steps[i].Number != SyscallNumber.Execve)
            {
                return shared.Records[i].FinishedAt != 0;
            }

            if (shared.Records[i].FinishedAt != 0)
            {
                // A tolerated failure: a later candidate was the one.
                return true;
            }
        }

        return false;
    }

    /// <summary>A connected pair for the two hand-offs of a launch.</summary>
    public static (SafeFileHandle Parent, SafeFileHandle Child) CreateSync()
    {
        const int Unix = 1;
        const int StreamCloseOnExec = 1 | 0x80000;
        var pair = stackalloc int[2];
        return socketpair(Unix, StreamCloseOnExec, 0, pair) == 0
            ? (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true))
            : throw KernelException.Last("socketpair");
    }

    /// <summary>Refuses to go on in a process in which a clone could hang for ever.</summary>
    /// <exception cref="InvalidOperationException">There are other threads.</exception>
    public static void RequireOneThread()
    {
        using var tasks = Folder.Open("/proc/self/task");
        var threads = tasks.List().Count;
        if (threads > ExpectedThreads)
        {
            throw new InvalidOperationException($"the launcher runs in a process with {threads} threads: a clone could hang for ever");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, int* pair);

    /// <summary>struct clone_args of clone3(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CloneArguments
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
}
