using System.Globalization;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Demos;

/// <summary>The name of a demonstration's cgroup, which says whose it is, and its removal.</summary>
static class DemoCgroup
{
    const string Prefix = "minirun-demo-";

    /// <summary>Below each hierarchy's root.</summary>
    /// <param name="pid">The process that gives the demonstration.</param>
    public static string PathOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{pid}");

    /// <summary>Ends what is in the cgroup and removes it; one that is not there is no error.</summary>
    /// <exception cref="DemoException">A process in it does not end.</exception>
    public static void Remove(CgroupLayout layout, string path)
    {
        var cgroup = ContainerCgroup.Find(layout, path);
        cgroup.Kill();
        if (!CgroupRemoval.Await(cgroup))
        {
            throw new DemoException($"The cgroup {path} cannot be removed: a process in it does not end.");
        }
    }

    /// <summary>Removes what demonstrations left that were killed.</summary>
    public static void RemoveAbandoned(CgroupLayout layout, CgroupHierarchy hierarchy)
    {
        using var root = Folder.Open(hierarchy.Path);
        foreach (var (name, _) in root.List())
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Processes.StartTime(pid) is null)
            {
                Remove(layout, name);
            }
        }
    }
}
