using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

/// <summary>Removes a cgroup whose processes have been killed but may still be ending.</summary>
static class CgroupRemoval
{
    const uint FirstPauseMicroseconds = 100;
    const uint LongestPauseMicroseconds = 10_000;
    const uint PatienceMicroseconds = 1_000_000;

    /// <summary>Tries for about a second, often at first: most processes are gone within a fraction of a millisecond.</summary>
    /// <returns>Whether it is gone.</returns>
    /// <remarks>Sleeps in the kernel: for the runtime's own process, which has one thread and no timers.</remarks>
    public static bool Await(ContainerCgroup cgroup)
    {
        var pause = FirstPauseMicroseconds;
        for (var waited = 0u; waited < PatienceMicroseconds; waited += pause)
        {
            if (cgroup.TryRemove())
            {
                return true;
            }

            pause = Math.Min(pause * 2, LongestPauseMicroseconds);
            Waiting.Pause(pause);
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
}
