using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    const int MostRounds = 100;

    /// <summary>Descriptors of processes that are open at once.</summary>
    const int MostOpen = 200;

    /// <summary>Kills every process in it and below: at once through the v2 tree, else in rounds until none is new. It is
    /// not frozen afterwards.</summary>
    public void Kill()
    {
        if (Unified is { } unified && unified.TryWrite("cgroup.kill", "1"))
        {
            // A v1 freezer would hold the killed; v2's own would only stay as it is.
            Thaw();
            return;
        }

        var seen = new HashSet<int>();
        for (var round = 0; round < MostRounds && KillRound(seen); round++)
        {
        }
    }

    /// <returns>Whether there was one that was not there before: its children may be unseen yet.</returns>
    bool KillRound(HashSet<int> seen)
    {
        // Nobody forks while frozen. Where that is not to be had, a fork is found in the next round.
        var isFrozen = TryFreeze();
        var isNew = false;
        try
        {
            foreach (var pids in AllMembers().Chunk(MostOpen))
            {
                foreach (var pid in pids)
                {
                    isNew |= seen.Add(pid);
                }

                KillThose(pids);
            }
        }
        finally
        {
            if (isFrozen)
            {
                Thaw();
            }
        }

        return isNew;
    }

    void KillThose(int[] pids)
    {
        var processes = new List<(int Pid, SafeFileHandle Process)>(pids.Length);
        try
        {
            foreach (var pid in pids)
            {
                try
                {
                    processes.Add((pid, Processes.OpenPidFd(pid)));
                }
                catch (KernelException e) when (e.Errno is Errno.ESRCH or Errno.EINVAL)
                {
                    // It has ended.
                }
            }

            // Looked up again behind the descriptors: a pid may have been given to another process meanwhile.
            var members = AllMembers().ToHashSet();
            foreach (var (_, process) in processes.Where(p => members.Contains(p.Pid)))
            {
                Processes.Signal(process, Signals.Kill);
            }
        }
        finally
        {
            processes.ForEach(p => p.Process.Dispose());
        }
    }
}
