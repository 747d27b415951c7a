using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>A system call that failed: which call, on what, and why.</summary>
sealed class KernelException(string call, string? path, Errno errno)
    : IOException($"{call}{(path is null ? "" : " " + path)}: {errno.Name()} ({errno.Describe()})")
{
    public string Call { get; } = call;

    public string? Path { get; } = path;

    public Errno Errno { get; } = errno;

    /// <summary>The error that the P/Invoke before this call left.</summary>
    public static KernelException Last(string call, string? path = null) => new(call, path, (Errno)Marshal.GetLastPInvokeError());

    /// <summary>Passes on the result of <see cref="Syscall.Invoke"/> unless it is an error.</summary>
    /// <exception cref="KernelException">The result is a negated errno.</exception>
    public static long Check(long result, string call, string? path = null) =>
        result < 0 ? throw new KernelException(call, path, (Errno)(-result)) : result;
}
