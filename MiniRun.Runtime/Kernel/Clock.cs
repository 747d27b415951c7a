using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>The kernel's clocks, read without entering it.</summary>
static unsafe partial class Clock
{
    /// <summary>CLOCK_MONOTONIC in nanoseconds. May be used by the child of a clone.</summary>
    public static long Monotonic() => Read(1);

    /// <summary>CLOCK_REALTIME in nanoseconds since 1970.</summary>
    public static long Realtime() => Read(0);

    /// <summary>How far CLOCK_MONOTONIC is from CLOCK_REALTIME, in nanoseconds. Time namespaces shift the first alone, so that a change
    /// of this tells how far.</summary>
    public static long Difference() => Monotonic() - Realtime();

    /// <summary>The CPU time of this process, all threads together, in nanoseconds.</summary>
    public static long ProcessorTime() => Read(2);

    static long Read(int clock)
    {
        Time time;
        _ = clock_gettime(clock, &time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int clock_gettime(int clock, Time* time);

    [StructLayout(LayoutKind.Sequential)]
    struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
