using System.Globalization;
using System.Text;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Engine;

/// <summary>Finds out what the host offers.</summary>
static class HostInspection
{
    static readonly (string Controller, string What)[] Controllers =
        [("memory", "memory limits"), ("cpu", "CPU limits"), ("pids", "limits on processes")];

    public static HostReport Report(CgroupLayout layout)
    {
        var warnings = new List<string>();
        if (layout.Mode is "none")
        {
            warnings.Add("No cgroup hierarchy is mounted: limits are not enforced.");
        }
        else
        {
            foreach (var (controller, what) in Controllers.Where(c => layout.For(c.Controller) is null))
            {
                warnings.Add($"No cgroup hierarchy has the {controller} controller: {what} are not enforced.");
            }
        }

        return new HostReport(layout.Mode, Environment.ProcessorCount, Memory(), warnings);
    }

    static long Memory()
    {
        using var file = Files.OpenPath("/proc/meminfo", Open.ReadOnly);
        // "MemTotal:       24576000 kB" is the first line.
        var words = Encoding.ASCII.GetString(Files.ReadAll(file)).Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(words[1], CultureInfo.InvariantCulture) << 10;
    }
}
