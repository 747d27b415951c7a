using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

/// <summary>One container's cgroup: the same path in every hierarchy that limits, counts or kills.</summary>
/// <remarks>On a hybrid host a controller is used in the hierarchy that has it; the v2 tree beside them always gives
/// <c>cgroup.kill</c>, <c>cgroup.freeze</c> and pressure (DESIGN, cgroups).</remarks>
sealed partial class ContainerCgroup
{
    readonly CgroupLayout _layout;
    readonly List<CgroupBranch> _branches = [];

    ContainerCgroup(CgroupLayout layout, string path)
    {
        _layout = layout;
        Path = CgroupPath.Normalize(path);
    }

    /// <summary>Below each hierarchy's root: <c>minirun/&lt;id&gt;</c>.</summary>
    public string Path { get; }

    /// <summary>What the host could not give, one sentence each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Its part in each hierarchy that it is in.</summary>
    public IReadOnlyList<CgroupBranch> Branches => _branches;

    /// <summary>The cgroup of a container that was started before, in every hierarchy that has it; nothing is made.</summary>
    /// <param name="scope">Of the container, when systemd made it.</param>
    public static ContainerCgroup Find(CgroupLayout layout, string path, ContainerScope? scope = null)
    {
        var cgroup = new ContainerCgroup(layout, path) { Scope = scope };
        foreach (var hierarchy in layout.Hierarchies)
        {
            var branch = new CgroupBranch(hierarchy, cgroup.Path);
            if (Folder.PathExists(branch.Place))
            {
                cgroup._branches.Add(branch);
            }
        }

        return cgroup;
    }

    /// <summary>Whether any hierarchy has this cgroup.</summary>
    public bool Exists() => _branches.Count > 0;

    /// <summary>The v2 folder for CLONE_INTO_CGROUP, or null where there is none.</summary>
    public SafeFileHandle? OpenUnified() => Unified is { } unified ? Files.OpenPath(unified.Place, Open.Path | Files.Directory) : null;

    /// <summary>The files of v1 through which a thread joins by writing "0".</summary>
    /// <remarks>Before it moves a process by its number, the kernel stops every fork of the host, and on a quiet host waits a grace
    /// period of RCU for that: 5 to 20 ms (measured). A thread that moves itself waits for nothing.</remarks>
    public List<CgroupEntrance> Entrances()
    {
        var entrances = new List<CgroupEntrance>(_branches.Count);
        foreach (var branch in _branches)
        {
            if (!branch.IsUnified)
            {
                entrances.Add(new CgroupEntrance(branch.Hierarchy, branch.Path));
            }
        }

        return entrances;
    }

    /// <summary>What <see cref="Entrances"/> of a cgroup in these hierarchies would be.</summary>
    public static List<CgroupEntrance> EntrancesOf(List<CgroupHierarchy> hierarchies, string path)
    {
        var entrances = new List<CgroupEntrance>(hierarchies.Count);
        foreach (var hierarchy in hierarchies)
        {
            if (!hierarchy.IsUnified)
            {
                entrances.Add(new CgroupEntrance(hierarchy, path));
            }
        }

        return entrances;
    }

    /// <summary>Moves a process into every hierarchy that it is not in yet.</summary>
    /// <param name="bornInUnified">Whether it was cloned into the v2 cgroup.</param>
    /// <param name="movesItself">Whether it goes through the <see cref="Entrances"/> by itself.</param>
    public void Add(int pid, bool bornInUnified, bool movesItself = false)
    {
        var text = pid.ToString(CultureInfo.InvariantCulture);
        foreach (var branch in _branches)
        {
            if (branch.IsUnified ? !bornInUnified : !movesItself)
            {
                branch.Write("cgroup.procs", text);
            }
        }
    }
}
