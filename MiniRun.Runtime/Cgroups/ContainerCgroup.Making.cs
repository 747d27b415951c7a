using System.Globalization;
using MiniRun.Runtime.Cgroups.Systemd;
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
    bool _isStrict;

    /// <summary>Makes the folders in every hierarchy that is needed; one that is not writable is left out with a warning.</summary>
    /// <param name="resources">What will be limited; null for nothing.</param>
    /// <param name="strict">Whether a cgroup that has processes already, or is frozen, is refused.</param>
    /// <exception cref="CgroupException">It is refused.</exception>
    /// <exception cref="KernelException">The kernel has no room for another cgroup. Nothing is left behind.</exception>
    public static ContainerCgroup Create(CgroupLayout layout, string path, ResourceSpec? resources = null, bool strict = false)
    {
        var cgroup = Begin(layout, path, resources, strict);
        try
        {
            cgroup.Complete();
        }
        catch
        {
            cgroup.TryRemove();
            throw;
        }

        return cgroup;
    }

    /// <summary>Makes the part in the v2 tree, in which a process can be born; <see cref="Complete"/> makes the others.</summary>
    /// <param name="scope">When systemd makes it: around a process that must be born before, so that nothing is made here.</param>
    /// <remarks>The other parameters and errors are those of <see cref="Create"/>.</remarks>
    public static ContainerCgroup Begin(CgroupLayout layout, string path, ResourceSpec? resources = null, bool strict = false, ContainerScope? scope = null)
    {
        var cgroup = new ContainerCgroup(layout, path) { _madeFor = resources, _isStrict = strict, Scope = scope };
        try
        {
            if (scope is null && layout.Unified is { } unified)
            {
                cgroup.TryMake(unified);
            }
        }
        catch
        {
            cgroup.Disown();
            cgroup.TryRemove();
            throw;
        }

        return cgroup;
    }

    /// <summary>Makes the parts in v1 hierarchies, and takes over what systemd has made.</summary>
    /// <remarks>After an error only what was made is left of it: killing and removing it harms nobody else.</remarks>
    public void Complete()
    {
        try
        {
            foreach (var hierarchy in CgroupChoice.Hierarchies(_layout, _madeFor))
            {
                if (!hierarchy.IsUnified || Scope is not null)
                {
                    TryMake(hierarchy);
                }
            }
        }
        catch
        {
            Disown();
            throw;
        }

        if (_branches.Count == 0)
        {
            Warnings.Add("This host has no writable cgroup hierarchy: limits are not enforced.");
        }
    }

    /// <summary>Forgets what was there before.</summary>
    void Disown() => _branches.RemoveAll(b => !b.IsFresh);

    /// <summary>Joins, with every process, the hierarchies that a later change of limits needs.</summary>
    void Extend(ResourceSpec resources)
    {
        (_madeFor, _isStrict) = (resources, false);
        if (Unified is { } unified)
        {
            HandDown(unified, CgroupChoice.Controllers(_layout, resources));
        }

        foreach (var hierarchy in CgroupChoice.Hierarchies(_layout, resources))
        {
            if (!_closed.Contains(hierarchy) && !_branches.Exists(b => b.Hierarchy == hierarchy) && TryMake(hierarchy))
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

    bool TryMake(CgroupHierarchy hierarchy)
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
            Make(hierarchy);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.EROFS or Errno.EACCES or Errno.EPERM)
        {
            _closed.Add(hierarchy);
            Warnings.Add($"The cgroup hierarchy at {hierarchy.Path} is not writable ({e.Errno.Name()}): what it controls is not enforced.");
            return false;
        }
    }

    void Make(CgroupHierarchy hierarchy)
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
        if (_isStrict && !branch.IsFresh)
        {
            RequireUnused(branch);
        }

        if (hierarchy.IsUnified)
        {
            HandDown(branch, CgroupChoice.Controllers(_layout, _madeFor));
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

    void RequireUnused(CgroupBranch branch)
    {
        var members = MembersBelow(branch);
        members.Remove(_first);
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
