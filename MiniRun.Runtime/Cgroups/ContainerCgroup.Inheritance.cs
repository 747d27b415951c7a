using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    /// <summary>Lets the controllers of v2 reach the cgroup; one that cannot is found out when a limit is set.</summary>
    void HandDown(CgroupBranch branch, List<string> wanted)
    {
        wanted.RemoveAll(controller => !branch.Hierarchy.Has(controller));
        // Reading first: a write waits for cgroups that are being removed.
        if (wanted.Count == 0 || HasAll(branch.TryRead("cgroup.controllers"), wanted))
        {
            return;
        }

        TryHandDown(branch.Hierarchy.Path, wanted);
        foreach (var above in Above())
        {
            TryHandDown($"{branch.Hierarchy.Path}/{above}", wanted);
        }
    }

    static bool HasAll(string? list, List<string> wanted)
    {
        var has = list?.Split([' ', '\n']) ?? [];
        return wanted.TrueForAll(has.Contains);
    }

    /// <summary>Adds all controllers at once or, where the kernel refuses one, one by one.</summary>
    static void TryHandDown(string folder, List<string> controllers)
    {
        if (!TryWriteControl(folder, string.Join(' ', controllers.Select(c => "+" + c))) && controllers.Count > 1)
        {
            controllers.ForEach(controller => TryWriteControl(folder, "+" + controller));
        }
    }

    static bool TryWriteControl(string folder, string text)
    {
        try
        {
            using var file = Files.OpenPath($"{folder}/cgroup.subtree_control", Open.WriteOnly);
            Files.Write(file, Encoding.ASCII.GetBytes(text));
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.EBUSY or Errno.EINVAL or Errno.EOPNOTSUPP or Errno.EACCES or Errno.EPERM or Errno.EROFS)
        {
            return false;
        }
    }

    /// <summary>v1: a new cpuset has neither processors nor memory, and no process can join it before it has.</summary>
    void InheritCpuset(CgroupHierarchy hierarchy)
    {
        using var root = Folder.Open(hierarchy.Path);
        var above = ".";
        foreach (var level in (IEnumerable<string>)[.. Above(), Path])
        {
            foreach (var file in (ReadOnlySpan<string>)["cpuset.cpus", "cpuset.mems"])
            {
                if (root.TryRead($"{level}/{file}") is { } own && own.AsSpan().Trim("\n "u8).IsEmpty && root.TryRead($"{above}/{file}") is { } inherited)
                {
                    root.Write($"{level}/{file}", inherited, default);
                }
            }

            above = level;
        }
    }
}
