namespace MiniRun.Runtime.Kernel;

/// <summary>How many descriptors this process may have (RLIMIT_NOFILE of getrlimit(2)).</summary>
static unsafe class OpenFileLimit
{
    /// <summary>RLIMIT_NOFILE.</summary>
    public const int Resource = 7;

    /// <summary>What a launch needs beside the descriptors of its mounts.</summary>
    public const int Reserve = 100;

    public static (ulong Soft, ulong Hard) Read()
    {
        var limit = stackalloc ulong[2];
        KernelException.Check(Syscall.Invoke(SyscallNumber.Prlimit64, 0, Resource, 0, (ulong)limit), "prlimit64");
        return (limit[0], limit[1]);
    }

    /// <summary>Raises the limit as far as this process may, when that many descriptors do not fit into it.</summary>
    public static void Require(int descriptors)
    {
        var (soft, hard) = Read();
        if ((ulong)(descriptors + Reserve) > soft)
        {
            var limit = stackalloc ulong[2] { hard, hard };
            KernelException.Check(Syscall.Invoke(SyscallNumber.Prlimit64, 0, Resource, (ulong)limit), "prlimit64");
        }
    }
}
