using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Engine;

/// <summary>One process of a container.</summary>
/// <param name="Pid">In the container.</param>
/// <param name="HostPid">On the host.</param>
/// <param name="ParentPid">In the container; 0 when its parent is outside.</param>
/// <param name="UserId">The effective user, as the host numbers it.</param>
/// <param name="State">The kernel's letter: R, S, D, T, t, Z, I or X.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="CpuTime">What it computed so far.</param>
/// <param name="Command">Its arguments with blanks between, at most 4 KiB.</param>
public sealed record ContainerProcessInfo(
    int Pid, int HostPid, int ParentPid, uint UserId, char State, int Threads, long MemoryBytes, TimeSpan CpuTime, string Command);

/// <summary>The processes of a container, as the kernel knows them at this moment.</summary>
static class ContainerProcesses
{
    /// <summary>In the order of their pids in the container.</summary>
    public static List<ContainerProcessInfo> Read(ContainerCgroup cgroup)
    {
        var found = cgroup.AllMembers().Select(ProcessStatus.TryRead).OfType<ProcessStatus>().ToList();
        // One that has ended between the list and the look may have left its number to a stranger.
        var members = cgroup.AllMembers().ToHashSet();
        found.RemoveAll(process => !members.Contains(process.Pid));
        var inner = found.ToDictionary(process => process.Pid, process => process.InnermostPid);
        return [.. found
            .Select(process => new ContainerProcessInfo(
                process.InnermostPid, process.Pid, inner.GetValueOrDefault(process.ParentPid), process.Uid, process.State, process.Threads,
                process.Memory, process.Processor, process.Command))
            .OrderBy(process => process.Pid)];
    }
}
