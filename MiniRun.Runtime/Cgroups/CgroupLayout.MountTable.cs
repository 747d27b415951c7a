using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class CgroupLayout
{
    /// <summary>Reads this process's mount table, which always tells and costs the more the more containers run.</summary>
    public static CgroupLayout Detect()
    {
        using var file = Files.OpenPath("/proc/self/mountinfo", Open.ReadOnly);
        return Parse(Encoding.UTF8.GetString(Files.ReadAll(file)), ReadControllersAtOnce);
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
            if (left.Length < 5 || right.Length < 3 || right[0] is not ("cgroup" or "cgroup2") || hierarchies.Exists(h => h.Path == left[4]))
            {
                continue;
            }

            var options = right[2].Split(',');
            var isUnified = right[0] == "cgroup2";
            var controllers = isUnified ? unifiedControllers(left[4]) : [.. options.Where(KnownControllers.Contains)];
            var name = options.FirstOrDefault(o => o.StartsWith("name=", StringComparison.Ordinal))?[5..];
            // A hierarchy mounted twice counts once.
            if (isUnified ? !hierarchies.Exists(h => h.IsUnified) : !hierarchies.Exists(h => !h.IsUnified && h.Name == name && h.Controllers.SequenceEqual(controllers)))
            {
                hierarchies.Add(new CgroupHierarchy(left[4], controllers, name, isUnified));
            }
        }

        return new CgroupLayout(hierarchies);
    }
}
