namespace MiniRun.Runtime.Cgroups;

/// <summary>Where each controller lives on this host (cgroups(7)).</summary>
sealed partial class CgroupLayout
{
    /// <summary>The controllers of v1: what else stands among its mount options is none.</summary>
    static readonly string[] KnownControllers =
        ["memory", "cpu", "cpuacct", "cpuset", "pids", "devices", "freezer", "blkio", "hugetlb", "net_cls", "net_prio", "perf_event", "rdma", "misc"];

    CgroupLayout(IReadOnlyList<CgroupHierarchy> hierarchies)
    {
        Hierarchies = hierarchies;
        var hasLegacy = false;
        for (var i = 0; i < hierarchies.Count; i++)
        {
            Unified ??= hierarchies[i].IsUnified ? hierarchies[i] : null;
            hasLegacy |= !hierarchies[i].IsUnified;
        }

        Mode = (Unified, hasLegacy) switch
        {
            ({ }, false) => "unified",
            ({ }, true) => "hybrid",
            (null, true) => "legacy",
            _ => "none",
        };
    }

    public IReadOnlyList<CgroupHierarchy> Hierarchies { get; }

    /// <summary>The v2 hierarchy, on unified and hybrid hosts.</summary>
    public CgroupHierarchy? Unified { get; }

    /// <summary><c>unified</c>: v2 alone; <c>hybrid</c>: v1 controllers beside a v2 tree; <c>legacy</c>: v1 alone; <c>none</c>.</summary>
    public string Mode { get; }

    /// <summary>The hierarchy that has a controller, or null when none has.</summary>
    public CgroupHierarchy? For(string controller)
    {
        for (var i = 0; i < Hierarchies.Count; i++)
        {
            if (Hierarchies[i].Has(controller))
            {
                return Hierarchies[i];
            }
        }

        return null;
    }
}
