using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

/// <summary>Which hierarchies a container's cgroup is made in, and which controllers of v2 it needs: each costs every start
/// tens of microseconds, so that only those are taken which limit, count or kill something.</summary>
static class CgroupChoice
{
    static readonly string[] Always = ["memory", "cpu", "pids"];

    /// <summary>The hierarchies to join.</summary>
    /// <param name="resources">Null for a container without limits of its own.</param>
    public static List<CgroupHierarchy> Hierarchies(CgroupLayout layout, ResourceSpec? resources)
    {
        var wanted = Controllers(layout, resources);
        var chosen = new List<CgroupHierarchy>(layout.Hierarchies.Count);
        for (var i = 0; i < layout.Hierarchies.Count; i++)
        {
            var hierarchy = layout.Hierarchies[i];
            if (hierarchy.IsUnified || wanted.Exists(hierarchy.Has))
            {
                chosen.Add(hierarchy);
            }
        }

        return chosen;
    }

    /// <summary>Whether every container is in the hierarchy of these controllers.</summary>
    public static bool IsAlways(string[] controllers)
    {
        foreach (var controller in controllers)
        {
            if (Array.IndexOf(Always, controller) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The controllers that a container needs, by their v1 and v2 names.</summary>
    public static List<string> Controllers(CgroupLayout layout, ResourceSpec? resources)
    {
        var wanted = new List<string>(16);
        wanted.AddRange(Always);
        // io.stat counts in v2; v1's counters are joined only for limits.
        wanted.Add("io");
        if (layout.Unified is null)
        {
            // cpu.stat, cgroup.freeze and cgroup.kill of a v2 tree do without.
            wanted.Add("cpuacct");
            wanted.Add("freezer");
        }

        if (resources is not null)
        {
            AddWanted(wanted, resources);
        }

        return wanted;
    }

    static void AddWanted(List<string> wanted, ResourceSpec resources)
    {
        Add(resources.Devices.Count > 0, "devices");
        Add(resources.Cpus is { Length: > 0 } || resources.MemoryNodes is { Length: > 0 }, "cpuset");
        Add(resources.BlockIo is { } blockIo && LimitWriter.IsLimit(blockIo), "blkio");
        Add(resources.HugePageLimits.Count > 0, "hugetlb");
        Add(resources.Network?.ClassId > 0, "net_cls");
        Add(resources.Network?.Priorities.Count > 0, "net_prio");
        Add(resources.Rdma.Count > 0, "rdma");
        foreach (var file in resources.Unified.Keys)
        {
            // "memory.high" is a file of the memory controller.
            var dot = file.IndexOf('.', StringComparison.Ordinal);
            Add(dot > 0 && !wanted.Contains(file[..dot]), dot > 0 ? file[..dot] : "");
        }

        void Add(bool isWanted, string controller)
        {
            if (isWanted)
            {
                wanted.Add(controller);
            }
        }
    }
}
