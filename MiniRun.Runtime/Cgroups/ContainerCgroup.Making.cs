using System.Globalization;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    const int FolderMode = 0b111_101_101;

    /// <summary>A process that forks while it is moved may leave a child behind, which the next round finds.</summary>
    const int MostMoves = 20;

    readonly List<CgroupHierarchy> _closed = [];
    ResourceSpec? _madeFor;

    /// <summary>Makes the folders in every hierarchy that is needed; one that is not writable is left out with a warning.</summary>
    /// <param name="resources">What will be limited; null for nothing.</param>
    /// <param name="strict">Whether a cgroup that has processes already, or is frozen, is refused.</param>
    /// <exception cref="CgroupException">It is refused.</exception>
    /// <exception cref="KernelException">The kernel has no room for another cgroup. Nothing is left behind.</exception>
    public static ContainerCgroup Create(CgroupLayout layout, string path, ResourceSpec? resources = null, bool strict = false)
    {
        var cgroup = new ContainerCgroup(layout, path);
        try
        {
            cgroup.MakeBranches(resources, strict);
        }
        catch
        {
            cgroup._branches.RemoveAll(b => !b.IsFresh);
            cgroup.TryRemove();
            throw;
        }

        return cgroup;
    }

    void MakeBranches(ResourceSpec? resources, bool strict)
    {
        _madeFor = resources;
        foreach (var hierarchy in CgroupChoice.Hierarchies(_layout, resources))
        {
            TryMake(hierarchy, resources, strict);
        }

        if (_branches.Count == 0)
        {
            Warnings.Add("This host has no writable cgroup hierarchy: limits are not enforced.");
        }
    }

    /// <summary>Joins, with every process, the hierarchies that a later change of limits needs.</summary>
    void Extend(ResourceSpec resources)
    {
        if (Unified is { } unified)
        {
            HandDown(unified, CgroupChoice.Controllers(_layout, resources));
        }

        foreach (var hierarchy in CgroupChoice.Hierarchies(_layout, resources))
        {
            if (!_closed.Contains(hierarchy) && !_branches.Exists(b => b.Hierarchy == hierarchy) && TryMake(hierarchy, resources, strict: false))
            {
                MoveAll(_branches[^1]);
            }
        }
    }

    void MoveAll(CgroupBranch branch)
    {
        for (var round = 0; round < MostMoves; round++)
        {
            var left = MembersBelow(_branches[0]).Except(MembersBelow(branch)).ToList();
            if (left.Count == 0)
            {
                return;
            }

            foreach (var pid in left)
            {
                try
                {
                    branch.Write("cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
                }
                catch (KernelException e) when (e.Errno is Errno.ESRCH)
                {
                    // It has ended.
                }
            }
        }
    }

    bool TryMake(CgroupHierarchy hierarchy, ResourceSpec? resources, bool strict)
    {
        // A folder below a mount point without its mount would be an ordinary one.
        if (hierarchy.IsAssumed && Filesystems.Type(hierarchy.Path) != Filesystems.Cgroup)
        {
            _closed.Add(hierarchy);
            Warnings.Add($"No cgroup hierarchy is mounted at {hierarchy.Path}: what it controls is not enforced.");
            return false;
        }

        try
        {
            Make(hierarchy, resources, strict);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.EROFS or Errno.EACCES or Errno.EPERM)
        {
            _closed.Add(hierarchy);
            Warnings.Add($"The cgroup hierarchy at {hierarchy.Path} is not writable ({e.Errno.Name()}): what it controls is not enforced.");
            return false;
        }
    }

    void Make(CgroupHierarchy hierarchy, ResourceSpec? resources, bool strict)
    {
        var branch = new CgroupBranch(hierarchy, Path);
        try
        {
            branch.IsFresh = Folder.TryMake(branch.Place, FolderMode);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            foreach (var above in Above())
            {
                Folder.TryMake($"{hierarchy.Path}/{above}", FolderMode);
            }

            branch.IsFresh = Folder.TryMake(branch.Place, FolderMode);
        }

        _branches.Add(branch);
        if (strict && !branch.IsFresh)
        {
            RequireUnused(branch);
        }

        if (hierarchy.IsUnified)
        {
            HandDown(branch, CgroupChoice.Controllers(_layout, resources));
        }
        else if (hierarchy.Has("cpuset"))
        {
            InheritCpuset(hierarchy);
        }
    }

    /// <summary>The cgroups above it, those nearer to the root first: "a", "a/b" for "a/b/c".</summary>
    IEnumerable<string> Above()
    {
        for (var slash = Path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = Path.IndexOf('/', slash + 1))
        {
            yield return Path[..slash];
        }
    }

    static void RequireUnused(CgroupBranch branch)
    {
        var members = MembersBelow(branch);
        if (members.Count > 0)
        {
            throw new CgroupException(
                "$.linux.cgroupsPath", $"{branch.Place} has {members.Count} process(es) already, such as {members[0]}; end them, or name another cgroup");
        }

        if (IsFrozen(branch))
        {
            throw new CgroupException("$.linux.cgroupsPath", $"{branch.Place} is frozen, and the container would never start; thaw it, or name another cgroup");
        }
    }
}
