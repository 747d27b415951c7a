using System.Globalization;
using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>Signals by number and name (signal(7)), and this thread's mask and dispositions.</summary>
static unsafe partial class Signals
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int User2 = 12;
    public const int Pipe = 13;
    public const int Alarm = 14;
    public const int Terminate = 15;
    public const int Child = 17;
    public const int Count = 64;
    public const int SetMask = 2;

    static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The number of "15", "TERM" or "SIGTERM"; null when there is none.</summary>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number is >= 1 and <= Count ? number : null;
        }

        var upper = text.ToUpperInvariant();
        var index = Array.IndexOf(Names, upper.StartsWith("SIG", StringComparison.Ordinal) ? upper[3..] : upper);
        return index > 0 ? index : null;
    }

    /// <summary>"SIGTERM"; "signal 35" for those without a name.</summary>
    public static string Name(int signal) =>
        signal > 0 && signal < Names.Length ? "SIG" + Names[signal] : string.Create(CultureInfo.InvariantCulture, $"signal {signal}");

    /// <summary>Lets this process ignore signals.</summary>
    public static void Ignore(params ReadOnlySpan<int> signals)
    {
        // struct kernel_sigaction begins with the handler; SIG_IGN is 1.
        var action = stackalloc ulong[4] { 1, 0, 0, 0 };
        foreach (var signal in signals)
        {
            KernelException.Check(
                Syscall.Invoke(SyscallNumber.RtSigaction, (ulong)signal, (ulong)action, 0, sizeof(ulong)), "rt_sigaction");
        }
    }

    /// <summary>Blocks every signal in this thread.</summary>
    /// <returns>What was blocked before.</returns>
    public static ulong BlockAll()
    {
        var all = ulong.MaxValue;
        var before = 0UL;
        KernelException.Check(
            Syscall.Invoke(SyscallNumber.RtSigprocmask, SetMask, (ulong)&all, (ulong)&before, sizeof(ulong)), "rt_sigprocmask");
        return before;
    }

    /// <summary>Blocks signals in this thread, beside those that are blocked.</summary>
    /// <param name="signals">Bit n for signal n + 1.</param>
    /// <returns>What was blocked before.</returns>
    public static ulong Block(ulong signals)
    {
        const int Add = 0;
        var before = 0UL;
        KernelException.Check(
            Syscall.Invoke(SyscallNumber.RtSigprocmask, Add, (ulong)&signals, (ulong)&before, sizeof(ulong)), "rt_sigprocmask");
        return before;
    }

    /// <summary>Blocks these signals in this thread and no others.</summary>
    public static void Restore(ulong blocked) =>
        KernelException.Check(
            Syscall.Invoke(SyscallNumber.RtSigprocmask, SetMask, (ulong)&blocked, 0, sizeof(ulong)), "rt_sigprocmask");

    /// <summary>The signals that this process ignores, bit n for signal n + 1; a program it starts would inherit that.</summary>
    public static ulong Ignored()
    {
        var ignored = 0UL;
        Span<ulong> action = stackalloc ulong[4];
        fixed (ulong* place = action)
        {
            for (var signal = 1; signal <= Count; signal++)
            {
                // struct kernel_sigaction begins with the handler; SIG_IGN is 1.
                if (Syscall.Invoke(SyscallNumber.RtSigaction, (ulong)signal, 0, (ulong)place, sizeof(ulong)) == 0 && action[0] == 1)
                {
                    ignored |= 1UL << (signal - 1);
                }
            }
        }

        return ignored;
    }
}
