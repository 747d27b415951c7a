using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class CgroupLayout
{
    const string UsualRoot = "/sys/fs/cgroup";

    /// <summary>/proc/self/cgroup with a dozen hierarchies, each with a long path.</summary>
    const int LargestOwnCgroups = 8192;

    /// <summary>Like <see cref="Detect"/>, without the mount table where each hierarchy is mounted at its usual place.</summary>
    /// <remarks>A start pays for it every time: two short files and a statfs for each hierarchy, whatever else is mounted.</remarks>
    public static CgroupLayout DetectQuickly()
    {
        Span<byte> buffer = stackalloc byte[LargestOwnCgroups];
        using var file = Files.OpenPath("/proc/self/cgroup", Open.ReadOnly);
        var length = Files.Read(file, buffer);
        return (length < buffer.Length ? TryUsualPlaces(UsualRoot, buffer[..length], Filesystems.Type, ReadUnifiedControllers) : null) ?? Detect();
    }

    /// <summary>Concludes the layout from the hierarchies that a process is in and from the filesystems at their usual places.</summary>
    /// <param name="ownCgroups">/proc/self/cgroup: "number:controllers:path" lines, the v2 tree as "0::path".</param>
    /// <param name="filesystem">The magic number of the filesystem at a path.</param>
    /// <returns>Null when anything is elsewhere than usual.</returns>
    internal static CgroupLayout? TryUsualPlaces(
        string root, ReadOnlySpan<byte> ownCgroups, Func<string, long> filesystem, Func<string, IReadOnlyList<string>> unifiedControllers)
    {
        var hierarchies = new List<CgroupHierarchy>(16);
        var hasUnified = false;
        while (!ownCgroups.IsEmpty)
        {
            var end = ownCgroups.IndexOf((byte)'\n');
            var line = end < 0 ? ownCgroups : ownCgroups[..end];
            ownCgroups = end < 0 ? default : ownCgroups[(end + 1)..];
            if (line.StartsWith("0::"u8))
            {
                hasUnified = true;
            }
            else if (Legacy(root, line) is { } hierarchy)
            {
                hierarchies.Add(hierarchy);
            }
            else
            {
                return null;
            }
        }

        var kind = filesystem(root);
        if (kind == Filesystems.Cgroup2)
        {
            // A v1 hierarchy that is alive beside a v2 root is mounted somewhere else.
            return hasUnified && hierarchies.Count == 0 ? new([new(root, unifiedControllers(root), null, IsUnified: true)]) : null;
        }

        if (kind != Filesystems.Tmpfs || hierarchies.Count == 0)
        {
            return null;
        }

        foreach (var hierarchy in hierarchies)
        {
            if (filesystem(hierarchy.Path) != Filesystems.Cgroup)
            {
                return null;
            }
        }

        // The kernel lists the newest hierarchy first, the mount table the oldest.
        hierarchies.Reverse();
        if (hasUnified)
        {
            var place = root + "/unified";
            if (filesystem(place) != Filesystems.Cgroup2)
            {
                return null;
            }

            hierarchies.Add(new(place, unifiedControllers(place), null, IsUnified: true));
        }

        return new(hierarchies);
    }

    /// <summary>The hierarchy of a line such as "4:cpu,cpuacct:/" or "1:name=systemd:/", at its usual place.</summary>
    static CgroupHierarchy? Legacy(string root, ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var rest = line[(colon + 1)..];
        var end = rest.IndexOf((byte)':');
        if (colon <= 0 || end <= 0)
        {
            return null;
        }

        var what = Encoding.ASCII.GetString(rest[..end]);
        return what.StartsWith("name=", StringComparison.Ordinal)
            ? new($"{root}/{what[5..]}", [], what[5..], IsUnified: false)
            : new($"{root}/{what}", KnownOf(what), null, IsUnified: false);
    }

    static string[] KnownOf(string list) =>
        list.Contains(',', StringComparison.Ordinal) ? [.. list.Split(',').Where(KnownControllers.Contains)]
        : Array.IndexOf(KnownControllers, list) >= 0 ? [list] : [];
}
