using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    /// <summary>The pids in it, without those in cgroups below.</summary>
    public IReadOnlyList<int> Members() => Counted is { } branch ? Pids(branch.TryRead("cgroup.procs")) : [];

    /// <summary>The pids in it and in the cgroups that the container made below it.</summary>
    public IReadOnlyList<int> AllMembers() => Counted is { } branch ? MembersBelow(branch) : [];

    /// <summary>The hierarchy that is asked for processes: every one has them all.</summary>
    CgroupBranch? Counted => With("pids") ?? (_branches.Count > 0 ? _branches[0] : null);

    static List<int> MembersBelow(CgroupBranch branch)
    {
        var pids = new List<int>();
        CgroupTree.Visit(branch.Place, folder => pids.AddRange(Pids(ReadProcesses(folder))), leave: null);
        return pids;
    }

    static string? ReadProcesses(Folder folder)
    {
        try
        {
            return folder.TryRead("cgroup.procs") is { } text ? Encoding.ASCII.GetString(text) : null;
        }
        catch (KernelException e) when (e.Errno is Errno.ENODEV or Errno.EOPNOTSUPP)
        {
            // It is being removed, or holds threads alone: their processes are listed above it.
            return null;
        }
    }

    static List<int> Pids(ReadOnlySpan<char> text)
    {
        var pids = new List<int>();
        foreach (var line in text.EnumerateLines())
        {
            // 0 stands for a process that this pid namespace does not see.
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
            {
                pids.Add(pid);
            }
        }

        return pids;
    }
}
