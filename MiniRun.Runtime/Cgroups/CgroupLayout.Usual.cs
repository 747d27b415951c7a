using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class CgroupLayout
{
    const string UsualRoot = "/sys/fs/cgroup";
    const string UsualUnified = "/unified";
    const string NamePrefix = "name=";

    /// <summary>/proc/self/cgroup with a dozen hierarchies, each with a long path.</summary>
    const int LargestOwnCgroups = 8192;

    /// <summary>Every controller in one line.</summary>
    const int LargestControllers = 512;

    /// <summary>Like <see cref="Detect"/>, without the mount table where each hierarchy is mounted at its usual place.</summary>
    /// <remarks>A start pays for it every time: two short files and a few statfs, whatever else is mounted. A hierarchy that
    /// few containers use is looked at when it is joined.</remarks>
    public static CgroupLayout DetectQuickly()
    {
        Span<byte> buffer = stackalloc byte[LargestOwnCgroups];
        using var file = Files.OpenPath("/proc/self/cgroup", Open.ReadOnly);
        var length = Files.Read(file, buffer);
        return (length < buffer.Length ? TryUsualPlaces(UsualRoot, buffer[..length], Filesystems.Type, ReadControllersAtOnce) : null) ?? Detect();
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
            if (!hierarchy.IsAssumed && filesystem(hierarchy.Path) != Filesystems.Cgroup)
            {
                return null;
            }
        }

        // The kernel lists the newest hierarchy first, the mount table the oldest.
        hierarchies.Reverse();
        if (hasUnified)
        {
            var place = root + UsualUnified;
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

        string[] controllers;
        string folder;
        if (Known(rest[..end]) is { } one)
        {
            (folder, controllers) = (one, [one]);
        }
        else
        {
            folder = Encoding.ASCII.GetString(rest[..end]);
            controllers = KnownOf(rest[..end]);
        }

        var name = folder.StartsWith(NamePrefix, StringComparison.Ordinal) ? folder[NamePrefix.Length..] : null;
        return new($"{root}/{name ?? folder}", controllers, name, IsUnified: false) { IsAssumed = !CgroupChoice.IsAlways(controllers) };
    }

    static string[] KnownOf(ReadOnlySpan<byte> list)
    {
        var known = new List<string>(2);
        foreach (var range in list.Split((byte)','))
        {
            if (Known(list[range]) is { } controller)
            {
                known.Add(controller);
            }
        }

        return [.. known];
    }

    static string? Known(ReadOnlySpan<byte> name)
    {
        foreach (var controller in KnownControllers)
        {
            if (Ascii.Equals(name, controller))
            {
                return controller;
            }
        }

        return null;
    }

    /// <summary>The controllers of a v2 cgroup, in one open and one read.</summary>
    static IReadOnlyList<string> ReadControllersAtOnce(string path)
    {
        Span<byte> buffer = stackalloc byte[LargestControllers];
        using var file = Files.OpenPath(path + "/cgroup.controllers", Open.ReadOnly);
        var left = buffer[..Files.Read(file, buffer)];
        var controllers = new List<string>(8);
        foreach (var range in left.SplitAny((byte)' ', (byte)'\n'))
        {
            if (left[range] is { IsEmpty: false } name)
            {
                controllers.Add(Known(name) ?? Encoding.ASCII.GetString(name));
            }
        }

        return controllers.ToArray();
    }
}
