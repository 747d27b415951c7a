using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>How a process ended (waitid(2)).</summary>
/// <param name="ExitCode">0 to 255; 128 + signal when a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
readonly record struct ProcessEnd(int ExitCode, int Signal);

/// <summary>Processes by descriptor: a pid can be given to another process at any time, a pidfd cannot.</summary>
static unsafe partial class Processes
{
    const int ByPidFd = 3;
    const int Exited = 4;
    const int NoHang = 1;
    const string Self = "/proc/self/exe";

    /// <exception cref="KernelException">ESRCH when no such process exists.</exception>
    public static SafeFileHandle OpenPidFd(int pid) =>
        new((nint)KernelException.Check(Syscall.Invoke(SyscallNumber.PidfdOpen, (ulong)pid, 0), "pidfd_open"), ownsHandle: true);

    /// <summary>Sends a signal; false when the process has ended.</summary>
    public static bool Signal(SafeFileHandle pidFd, int signal)
    {
        var result = Syscall.Invoke(SyscallNumber.PidfdSendSignal, (ulong)Files.Number(pidFd), (ulong)signal, 0, 0);
        return result == -(long)Errno.ESRCH ? false : KernelException.Check(result, "pidfd_send_signal") == 0;
    }

    /// <summary>A descriptor of this process for the file that another has open under a number (pidfd_getfd(2)).</summary>
    public static SafeFileHandle TakeDescriptor(SafeFileHandle pidFd, int number) =>
        new((nint)KernelException.Check(Syscall.Invoke(SyscallNumber.PidfdGetfd, (ulong)Files.Number(pidFd), (ulong)number, 0), "pidfd_getfd"), ownsHandle: true);

    /// <summary>Waits until a process has ended.</summary>
    /// <param name="milliseconds">-1 waits for ever.</param>
    /// <returns>Whether it has.</returns>
    public static bool Await(SafeFileHandle pidFd, long milliseconds) => Polling.Await(pidFd, Readiness.Readable, milliseconds) != Readiness.None;

    /// <summary>Sends a signal to a process group; false when nobody is left in it. Only for a group whose leader was not reaped
    /// yet: until then its number cannot be given to another one.</summary>
    public static bool SignalGroup(int leader, int signal)
    {
        // kill(2): -1 is everybody, 0 the caller's own group.
        ArgumentOutOfRangeException.ThrowIfLessThan(leader, 2);
        return kill(-leader, signal) == 0 || (Marshal.GetLastPInvokeError() == (int)Errno.ESRCH ? false : throw KernelException.Last("kill"));
    }

    /// <summary>This process's own number, as the kernel says it now: the child of a clone has another than its parent.</summary>
    public static int OwnId() => (int)Syscall.Invoke(SyscallNumber.Getpid);

    /// <summary>The parent of this process; 0 when it lies outside of this pid namespace.</summary>
    public static int ParentId() => (int)Syscall.Invoke(SyscallNumber.Getppid);

    /// <summary>Waits until a process has ended; a child stays to be reaped.</summary>
    public static void AwaitEnd(SafeFileHandle pidFd)
    {
        // A pidfd becomes readable when its process ends (pidfd_open(2)).
        using var epoll = new Epoll();
        epoll.Watch(pidFd, Readiness.Readable, 0);
        while (epoll.Wait(-1) == 0)
        {
        }
    }

    /// <summary>Reaps a child of this process; null when it has not ended and <paramref name="wait"/> is false.</summary>
    /// <exception cref="KernelException">ECHILD when it is no child, or was reaped already.</exception>
    public static ProcessEnd? Reap(SafeFileHandle pidFd, bool wait)
    {
        var info = stackalloc int[32];
        new Span<int>(info, 32).Clear();
        while (waitid(ByPidFd, Files.Number(pidFd), info, Exited | (wait ? 0 : NoHang)) != 0)
        {
            if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
            {
                throw KernelException.Last("waitid");
            }
        }

        // siginfo_t: si_signo, si_errno, si_code, pad, si_pid, si_uid, si_status.
        const int ChildExited = 1;
        return (info[0], info[2], info[6]) switch
        {
            (0, _, _) => null,
            (_, ChildExited, var code) => new ProcessEnd(code, 0),
            var (_, _, signal) => new ProcessEnd(128 + signal, signal),
        };
    }

    /// <summary>When a process started, in clock ticks since boot: with the pid it names a process for good. Null when there is none.</summary>
    public static long? StartTime(int pid)
    {
        byte[] text;
        try
        {
            using var stat = Files.OpenPath(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"), Open.ReadOnly);
            text = Files.ReadAll(stat);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ESRCH)
        {
            return null;
        }

        var fields = StatFields(text);
        // A zombie has ended, whatever its entry still says; the start time is field 22.
        return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
    }

    /// <summary>The fields of a file "stat" from the third on, which is the state (proc_pid_stat(5)).</summary>
    internal static string[] StatFields(ReadOnlySpan<byte> stat) =>
        // The name before them, in parentheses, may itself hold blanks and parentheses.
        Encoding.ASCII.GetString(stat[(stat.LastIndexOf((byte)')') + 2)..]).Split(' ');

    /// <summary>The effective user of this process.</summary>
    public static uint UserId() => (uint)Syscall.Invoke(SyscallNumber.Geteuid);

    /// <summary>The effective group of this process.</summary>
    public static uint GroupId() => (uint)Syscall.Invoke(SyscallNumber.Getegid);

    /// <summary>How many threads this process has.</summary>
    public static unsafe int CountThreads()
    {
        // The number of links of a folder in /proc is that of the folders in it, . and .. included: one call, no listing.
        using var tasks = Files.OpenPath("/proc/self/task", Open.Path | Files.Directory);
        return (int)FileFacts.Of(tasks).Links - 2;
    }

    /// <summary>Runs this process's own program again in its place, without an environment. What is not kept open for it
    /// closes (<see cref="Descriptor.KeepOnExec"/>).</summary>
    /// <param name="words">The command line, with the program's name first.</param>
    /// <exception cref="KernelException">The kernel refused; the process goes on as it was.</exception>
    public static void Restart(IReadOnlyList<string> words)
    {
        using var arena = new Arena();
        var nothing = (ulong)0;
        KernelException.Check(
            Syscall.Invoke(SyscallNumber.Execve, (ulong)arena.Text(Self), (ulong)arena.Texts(words), (ulong)&nothing), "execve", Self);
    }

    /// <summary>Ends this process at once: nothing is flushed, no finalizer and no exit handler runs.</summary>
    /// <returns>Never; the type lets a caller return it.</returns>
    public static int Exit(int code) => (int)Syscall.Invoke(SyscallNumber.ExitGroup, (ulong)code);

    /// <summary>Changes with every boot of the host.</summary>
    public static string BootId()
    {
        using var file = Files.OpenPath("/proc/sys/kernel/random/boot_id", Open.ReadOnly);
        return Encoding.ASCII.GetString(Files.ReadAll(file)).Trim();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitid(int kind, int id, int* info, int options);
}
