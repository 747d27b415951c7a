using MiniRun.Runtime.Cgroups.Systemd;
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

    /// <summary>Ends whatever still runs in a cgroup and removes it, and its scope; null is nothing to do.</summary>
    /// <returns>Whether it is gone.</returns>
    public static bool Force(ContainerCgroup? cgroup)
    {
        if (cgroup is null)
        {
            return true;
        }

        if (!cgroup.TryRemove())
        {
            cgroup.Kill();
            if (!Await(cgroup))
            {
                return false;
            }
        }

        EndScope(cgroup);
        return true;
    }

    /// <summary>Ends the scope of a cgroup that is gone, if it has one. Most end by themselves, only later: where systemd does not
    /// answer, that is a warning of the cgroup.</summary>
    public static void EndScope(ContainerCgroup cgroup)
    {
        try
        {
            cgroup.Scope?.End();
        }
        catch (Exception e) when (e is CgroupException or DbusException or KernelException)
        {
            cgroup.Warnings.Add($"systemd was not told that {cgroup.Scope!.Place.Scope} has ended: {e.Message}");
        }
    }
}
