using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Cgroups;

/// <summary>Removes a cgroup whose processes have been killed but may still be ending.</summary>
static partial class CgroupRemoval
{
    const int Attempts = 200;
    const uint PauseMicroseconds = 5_000;

    /// <summary>Tries for about a second.</summary>
    /// <returns>Whether it is gone.</returns>
    /// <remarks>Sleeps in the kernel: for the runtime's own process, which has one thread and no timers.</remarks>
    public static bool Await(ContainerCgroup cgroup)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (cgroup.TryRemove())
            {
                return true;
            }

            _ = usleep(PauseMicroseconds);
        }

        return cgroup.TryRemove();
    }

    [LibraryImport("libc")]
    private static partial int usleep(uint microseconds);
}
