using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>System calls without a wrapper of libc, and the way to their errors.</summary>
/// <remarks>Both imports are blittable, bound when the program is loaded, and keep the thread in managed mode:
/// the child of a clone may use them, because nothing in them waits for another thread (DESIGN, the launch plan).</remarks>
static unsafe partial class Syscall
{
    /// <summary>Returns the result, or the negated errno.</summary>
    public static long Invoke(int number, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0, ulong e = 0, ulong f = 0)
    {
        var result = Raw((nint)number, (nuint)a, (nuint)b, (nuint)c, (nuint)d, (nuint)e, (nuint)f);
        return result == -1 ? -*ErrnoLocation() : result;
    }

    [LibraryImport("libc", EntryPoint = "syscall"), SuppressGCTransition]
    private static partial nint Raw(nint number, nuint a, nuint b, nuint c, nuint d, nuint e, nuint f);

    [LibraryImport("libc", EntryPoint = "__errno_location"), SuppressGCTransition]
    private static partial int* ErrnoLocation();
}
