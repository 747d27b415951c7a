using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>What poll(2) waits for.</summary>
[Flags]
enum Awaited : short
{
    Readable = 0x1,

    /// <summary>POLLPRI: a file of cgroupfs or sysfs has changed since it was read.</summary>
    Changed = 0x2,

    Writable = 0x4,
}

/// <summary>Waits in the kernel: for processes with one thread, no timers and no thread pool.</summary>
static unsafe partial class Waiting
{
    /// <summary>Waits until a descriptor is ready or has failed.</summary>
    /// <param name="milliseconds">The longest wait; 0 looks only, and so does a negative number.</param>
    /// <returns>False when the time passed, or when a signal ended the wait early.</returns>
    public static bool For(SafeFileHandle file, Awaited awaited, int milliseconds)
    {
        var entry = new Entry { File = Files.Number(file), Wanted = awaited };
        var count = poll(&entry, 1, Math.Max(milliseconds, 0));
        return count >= 0 ? count > 0
            : Marshal.GetLastPInvokeError() == (int)Errno.EINTR ? false
            : throw KernelException.Last("poll");
    }

    /// <summary>Sleeps; less long when a signal comes.</summary>
    public static void Pause(uint microseconds) => _ = usleep(microseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(Entry* entries, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int usleep(uint microseconds);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Entry
    {
        public int File;
        public Awaited Wanted;
        public short Found;
    }
}
