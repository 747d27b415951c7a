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

    /// <summary>Ends whatever still runs in a cgroup and removes it; null is nothing to do.</summary>
    /// <returns>Whether it is gone.</returns>
    public static bool Force(ContainerCgroup? cgroup)
    {
        if (cgroup is null || cgroup.TryRemove())
        {
            return true;
        }

        cgroup.Kill();
        return Await(cgroup);
    }

    [LibraryImport("libc")]
    private static partial int usleep(uint microseconds);
}
