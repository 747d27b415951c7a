using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Kernel;

/// <summary>Waits for one descriptor (ppoll(2)).</summary>
static unsafe class Polling
{
    /// <param name="milliseconds">-1 waits for ever.</param>
    /// <returns>What it is ready for; errors and hang-ups are always reported. Nothing when the time has passed.</returns>
    public static Readiness Await(SafeFileHandle file, Readiness wanted, long milliseconds)
    {
        // struct pollfd: descriptor, wanted, found; the bits are those of epoll.
        var request = stackalloc int[2];
        request[0] = Files.Number(file);
        var time = stackalloc long[2] { milliseconds / 1000, milliseconds % 1000 * 1_000_000 };
        while (true)
        {
            request[1] = (int)wanted;
            var count = Syscall.Invoke(SyscallNumber.Ppoll, (ulong)request, 1, milliseconds < 0 ? 0 : (ulong)time, 0, 0);
            if (count != -(long)Errno.EINTR)
            {
                KernelException.Check(count, "ppoll");
                return count == 0 ? Readiness.None : (Readiness)(request[1] >> 16 & 0xFFFF);
            }
        }
    }
}
