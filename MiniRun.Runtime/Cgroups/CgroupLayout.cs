using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

/// <summary>One mounted cgroup hierarchy.</summary>
/// <param name="Path">Where it is mounted.</param>
/// <param name="Controllers">What it controls: <c>memory</c>, <c>cpu</c>, ...; empty for a named v1 hierarchy.</param>
/// <param name="Name">The name of a v1 hierarchy without controllers, such as <c>systemd</c>.</param>
/// <param name="IsUnified">Whether it is cgroup v2.</param>
sealed record CgroupHierarchy(string Path, IReadOnlyList<string> Controllers, string? Name, bool IsUnified)
{
    /// <summary>The folder that this hierarchy has below /sys/fs/cgroup: "memory", "cpu,cpuacct", "systemd", "unified".</summary>
    public string Folder => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>Where each controller lives on this host (cgroups(7)): read from the mount table, never assumed.</summary>
sealed class CgroupLayout
{
    static readonly string[] KnownControllers =
        ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "net_cls", "net_prio", "perf_event", "hugetlb", "rdma", "misc"];

    CgroupLayout(IReadOnlyList<CgroupHierarchy> hierarchies) => Hierarchies = hierarchies;

    public IReadOnlyList<CgroupHierarchy> Hierarchies { get; }

    /// <summary>The v2 hierarchy, on unified and hybrid hosts.</summary>
    public CgroupHierarchy? Unified => Hierarchies.FirstOrDefault(h => h.IsUnified);

    /// <summary><c>unified</c>: v2 alone; <c>hybrid</c>: v1 controllers beside a v2 tree; <c>legacy</c>: v1 alone; <c>none</c>.</summary>
    public string Mode => (Unified, Hierarchies.Any(h => !h.IsUnified)) switch
    {
        ({ }, false) => "unified",
        ({ }, true) => "hybrid",
        (null, true) => "legacy",
        _ => "none",
    };

    /// <summary>The hierarchy that has a controller, or null when none has.</summary>
    public CgroupHierarchy? For(string controller) =>
        Hierarchies.FirstOrDefault(h => h.Controllers.Contains(controller));

    /// <summary>Reads this process's mount table.</summary>
    public static CgroupLayout Detect()
    {
        using var file = Files.OpenPath("/proc/self/mountinfo", Open.ReadOnly);
        return Parse(Encoding.UTF8.GetString(Files.ReadAll(file)), ReadControllers);

        static IReadOnlyList<string> ReadControllers(string path)
        {
            using var folder = Folder.Open(path);
            return Encoding.ASCII.GetString(folder.TryRead("cgroup.controllers") ?? []).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>Reads a mount table (proc_pid_mountinfo(5)).</summary>
    /// <param name="unifiedControllers">The controllers of the v2 tree mounted at a path.</param>
    public static CgroupLayout Parse(string mountInfo, Func<string, IReadOnlyList<string>> unifiedControllers)
    {
        var hierarchies = new List<CgroupHierarchy>();
        foreach (var line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // "36 25 0:31 /root /place opts shared:1 - type source superoptions"
            var split = line.IndexOf(" - ", StringComparison.Ordinal);
            if (split < 0)
            {
                continue;
            }

            var left = line[..split].Split(' ');
            var right = line[(split + 3)..].Split(' ');
            if (left.Length < 5 || right.Length < 3 || right[0] is not ("cgroup" or "cgroup2") || hierarchies.Any(h => h.Path == left[4]))
            {
                continue;
            }

            var options = right[2].Split(',');
            var isUnified = right[0] == "cgroup2";
            var controllers = isUnified ? unifiedControllers(left[4]) : [.. options.Where(KnownControllers.Contains)];
            var name = options.FirstOrDefault(o => o.StartsWith("name=", StringComparison.Ordinal))?[5..];
            // A hierarchy mounted twice counts once.
            if (isUnified ? !hierarchies.Any(h => h.IsUnified) : !hierarchies.Any(h => !h.IsUnified && h.Name == name && h.Controllers.SequenceEqual(controllers)))
            {
                hierarchies.Add(new CgroupHierarchy(left[4], controllers, name, isUnified));
            }
        }

        return new CgroupLayout(hierarchies);
    }
}
