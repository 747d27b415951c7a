using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    const string BelowField = "--cgroup";

    /// <summary>What a user needs to make cgroups below, where the kernel does not tell (before 4.15).</summary>
    static readonly string[] DelegatedFiles = ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"];

    /// <summary>Gives the v2 part, but none of its limits, to a user of the host: the one who is to manage it from inside
    /// (config-linux.md, "Cgroup ownership").</summary>
    public void GiveTo(uint uid)
    {
        if (Unified is not { } unified)
        {
            return;
        }

        using var folder = unified.OpenFolder();
        folder.GiveTo(".", uid);
        foreach (var file in Delegated().Where(folder.Exists))
        {
            folder.GiveTo(file, uid);
        }
    }

    /// <summary>The v2 cgroup, this one or one below, that a process of the container is in: where it has given its own
    /// controllers further down, no process may join the top any more. Null where there is no v2 tree.</summary>
    public SafeFileHandle? OpenUnifiedOf(int pid)
    {
        if (Unified is not { } unified)
        {
            return null;
        }

        using var file = Files.OpenPath(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup"), Open.ReadOnly);
        foreach (var line in Encoding.UTF8.GetString(Files.ReadAll(file)).Split('\n'))
        {
            if (line.StartsWith($"0::/{Path}/", StringComparison.Ordinal))
            {
                return Files.OpenPath(unified.Hierarchy.Path + line[3..], Open.Path | Files.Directory);
            }
        }

        return OpenUnified();
    }

    /// <summary>A cgroup that the container made below this one.</summary>
    /// <param name="place">A path for every hierarchy, or "controller,...:path" for the hierarchy of those (v1); "/" is this one.</param>
    /// <exception cref="CgroupException">There is none, or the path leads out of the container's.</exception>
    public ContainerCgroup Below(string place)
    {
        var colon = place.IndexOf(':', StringComparison.Ordinal);
        var controllers = colon < 0 ? [] : place[..colon].Split(',');
        var path = place[(colon + 1)..];
        var below = path.Trim('/') is "" ? "" : "/" + CgroupPath.Normalize(path, BelowField);
        var result = new ContainerCgroup(_layout, Path);
        var found = false;
        foreach (var branch in _branches)
        {
            var isMeant = colon < 0 || controllers.Any(branch.Hierarchy.Has);
            var chosen = isMeant ? new CgroupBranch(branch.Hierarchy, branch.Path + below) : branch;
            found |= isMeant && Folder.PathExists(chosen.Place);
            // A container makes its own in some hierarchies alone: the process joins the top of the others.
            result._branches.Add(Folder.PathExists(chosen.Place) ? chosen : branch);
        }

        return found ? result : throw new CgroupException(BelowField, $"the container has no cgroup \"{place}\"; make it first");
    }

    static string[] Delegated()
    {
        using var kernel = Folder.Open("/sys/kernel/cgroup");
        return kernel.TryRead("delegate") is { } list ? Encoding.ASCII.GetString(list).Split('\n', StringSplitOptions.RemoveEmptyEntries) : DelegatedFiles;
    }
}
