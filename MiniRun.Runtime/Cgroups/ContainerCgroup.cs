using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

/// <summary>One container's cgroup: the same path in every hierarchy that limits, counts or kills.</summary>
/// <remarks>On a hybrid host a controller is used in the hierarchy that has it; the v2 tree beside them always gives
/// <c>cgroup.kill</c>, <c>cgroup.freeze</c> and pressure (DESIGN, cgroups).</remarks>
sealed partial class ContainerCgroup
{
    /// <summary>The v1 hierarchies that are used. Others would cost each start a folder and show the container nothing of its own.</summary>
    static readonly string[] UsedControllers = ["memory", "cpu", "cpuacct", "pids"];

    readonly CgroupLayout _layout;
    readonly List<CgroupHierarchy> _joined = [];

    ContainerCgroup(CgroupLayout layout, string path)
    {
        _layout = layout;
        Path = path.Trim('/');
    }

    /// <summary>Below each hierarchy's root: <c>minirun/&lt;id&gt;</c>.</summary>
    public string Path { get; }

    /// <summary>What the host could not give, one sentence each.</summary>
    public List<string> Warnings { get; } = [];

    public static bool IsUsed(CgroupHierarchy hierarchy) =>
        hierarchy.IsUnified || hierarchy.Controllers.Any(c => UsedControllers.Contains(c));

    /// <summary>Makes the folders in every hierarchy that is used; one that is not writable is left out with a warning.</summary>
    public static ContainerCgroup Create(CgroupLayout layout, string path)
    {
        var cgroup = new ContainerCgroup(layout, path);
        foreach (var hierarchy in layout.Hierarchies.Where(IsUsed))
        {
            try
            {
                MakeFolders(hierarchy, cgroup.Path);
                cgroup._joined.Add(hierarchy);
            }
            catch (KernelException e) when (e.Errno is Errno.EROFS or Errno.EACCES or Errno.EPERM)
            {
                cgroup.Warnings.Add($"The cgroup hierarchy at {hierarchy.Path} is not writable ({e.Errno.Name()}): what it controls is not enforced.");
            }
        }

        if (cgroup._joined.Count == 0)
        {
            cgroup.Warnings.Add("This host has no writable cgroup hierarchy: limits are not enforced.");
        }

        return cgroup;
    }

    /// <summary>The cgroup of a container that was started before; nothing is made.</summary>
    public static ContainerCgroup Find(CgroupLayout layout, string path)
    {
        var cgroup = new ContainerCgroup(layout, path);
        cgroup._joined.AddRange(layout.Hierarchies.Where(IsUsed).Where(h => Exists(h, cgroup.Path)));
        return cgroup;
    }

    /// <summary>Whether any hierarchy has this cgroup.</summary>
    public bool Exists() => _joined.Count > 0;

    /// <summary>The v2 folder for CLONE_INTO_CGROUP, or null where there is none.</summary>
    public SafeFileHandle? OpenUnified() =>
        _joined.Find(h => h.IsUnified) is { } unified ? Files.OpenPath($"{unified.Path}/{Path}", Open.Path | Files.Directory) : null;

    /// <summary>Moves a process into every hierarchy but, where it was born there, the v2 one.</summary>
    public void Add(int pid, bool bornInUnified)
    {
        var text = Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture));
        foreach (var hierarchy in _joined)
        {
            if (hierarchy.IsUnified && bornInUnified)
            {
                continue;
            }

            var file = $"{hierarchy.Path}/{Path}/cgroup.procs";
            using var procs = Files.OpenPath(file, Open.WriteOnly);
            Files.Write(procs, text, file);
        }
    }

    /// <summary>Kills every process in it: at once through the v2 tree, else one by one until none is left.</summary>
    public void Kill()
    {
        if (_joined.Find(h => h.IsUnified) is { } unified && TryWrite(unified, "cgroup.kill", "1"))
        {
            return;
        }

        foreach (var pid in Members())
        {
            try
            {
                using var process = Processes.OpenPidFd(pid);
                // Looked up again behind the descriptor: the pid may have been given to another process meanwhile.
                if (Members().Contains(pid))
                {
                    Processes.Signal(process, Signals.Kill);
                }
            }
            catch (KernelException e) when (e.Errno is Errno.ESRCH)
            {
            }
        }
    }

    /// <summary>The pids in it, without those in cgroups below.</summary>
    public IReadOnlyList<int> Members()
    {
        if (_joined.Count == 0)
        {
            return [];
        }

        var hierarchy = _joined.Find(h => h.Controllers.Contains("pids")) ?? _joined[0];
        return [.. (TryRead(hierarchy, "cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Where(pid => pid > 0)];
    }

    /// <summary>Removes the folders, those that the container made below first.</summary>
    /// <returns>False when a process is still in it; try again later.</returns>
    public bool TryRemove()
    {
        var gone = true;
        foreach (var hierarchy in _joined)
        {
            gone &= TryRemove(hierarchy.Path, Path);
        }

        return gone;
    }

    static bool TryRemove(string root, string path)
    {
        var slash = path.LastIndexOf('/');
        try
        {
            using var parent = Folder.Open(slash < 0 ? root : $"{root}/{path[..slash]}");
            return TryRemove(parent, path[(slash + 1)..]);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return true;
        }
    }

    static bool TryRemove(Folder parent, string name)
    {
        try
        {
            using (var folder = parent.OpenFolder(name))
            {
                foreach (var (child, _) in folder.List().Where(entry => entry.Kind is EntryKind.Folder))
                {
                    TryRemove(folder, child);
                }
            }

            parent.DeleteFolder(name);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.EBUSY or Errno.ENOTEMPTY)
        {
            return false;
        }
    }

    static void MakeFolders(CgroupHierarchy hierarchy, string path)
    {
        var current = hierarchy.Path;
        foreach (var name in path.Split('/'))
        {
            if (hierarchy.IsUnified)
            {
                Delegate(current, hierarchy.Controllers);
            }

            using var parent = Folder.Open(current);
            using var child = parent.EnsureFolder(name, 0b111_101_101);
            current = $"{current}/{name}";
        }
    }

    /// <summary>Lets the controllers reach the cgroups below; one that cannot be is found out when a limit is set.</summary>
    static void Delegate(string folder, IReadOnlyList<string> controllers)
    {
        foreach (var controller in controllers.Where(c => UsedControllers.Contains(c)))
        {
            try
            {
                using var file = Files.OpenPath($"{folder}/cgroup.subtree_control", Open.WriteOnly);
                Files.Write(file, Encoding.ASCII.GetBytes("+" + controller));
            }
            catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.EBUSY or Errno.EOPNOTSUPP)
            {
            }
        }
    }

    static bool Exists(CgroupHierarchy hierarchy, string path)
    {
        using var root = Folder.Open(hierarchy.Path);
        return root.Exists(path);
    }

    string? TryRead(CgroupHierarchy hierarchy, string file)
    {
        try
        {
            using var handle = Files.OpenPath($"{hierarchy.Path}/{Path}/{file}", Open.ReadOnly);
            return Encoding.ASCII.GetString(Files.ReadAll(handle));
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENODEV)
        {
            return null;
        }
    }

    bool TryWrite(CgroupHierarchy hierarchy, string file, string value)
    {
        try
        {
            Write(hierarchy, file, value);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENODEV)
        {
            return false;
        }
    }

    void Write(CgroupHierarchy hierarchy, string file, string value)
    {
        var path = $"{hierarchy.Path}/{Path}/{file}";
        using var handle = Files.OpenPath(path, Open.WriteOnly);
        Files.Write(handle, Encoding.ASCII.GetBytes(value), path);
    }
}
