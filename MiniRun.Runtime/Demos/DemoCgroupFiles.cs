using System.Globalization;
using System.Text;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Demos;

/// <summary>The files of one cgroup by what they tell, whatever version their hierarchy has.</summary>
sealed class DemoCgroupFiles
{
    readonly CgroupHierarchy _cpu;
    readonly CgroupHierarchy _pids;
    readonly string _path;

    DemoCgroupFiles(CgroupHierarchy memory, CgroupHierarchy cpu, CgroupHierarchy pids, string path) =>
        (Memory, _cpu, _pids, _path) = (memory, cpu, pids, path);

    /// <exception cref="DemoException">A controller is missing.</exception>
    public static DemoCgroupFiles Find(CgroupLayout layout, string path)
    {
        return new DemoCgroupFiles(Need("memory"), Need("cpu"), Need("pids"), path);

        CgroupHierarchy Need(string controller) => layout.For(controller)
            ?? throw new DemoException($"No cgroup hierarchy of this host has the {controller} controller, so its limits cannot be shown; mount one, or run the demonstration on another host.");
    }

    public CgroupHierarchy Memory { get; }

    public string MemoryLimit => In(Memory, "memory.max", "memory.limit_in_bytes");

    public string MemoryUsage => In(Memory, "memory.current", "memory.usage_in_bytes");

    public string OomFile => In(Memory, "memory.events", "memory.oom_control");

    public string PidsLimit => In(_pids, "pids.max", "pids.max");

    public string PidsCount => In(_pids, "pids.current", "pids.current");

    public string PidsEvents => In(_pids, "pids.events", "pids.events");

    public string CpuLimit => In(_cpu, "cpu.max", "cpu.cfs_quota_us");

    public string CpuStatistics => In(_cpu, "cpu.stat", "cpu.stat");

    /// <summary>v2 counts microseconds, v1 nanoseconds.</summary>
    public string ThrottledField => _cpu.IsUnified ? "throttled_usec" : "throttled_time";

    public long ThrottledMicroseconds() => Field(CpuStatistics, ThrottledField) / (_cpu.IsUnified ? 1 : 1000);

    public static string Read(string file)
    {
        using var handle = Files.OpenPath(file, Open.ReadOnly);
        return Encoding.ASCII.GetString(Files.ReadAll(handle)).Trim();
    }

    /// <summary>The number behind a key in a flat keyed file.</summary>
    public static long Field(string file, string key)
    {
        foreach (var line in Read(file).Split('\n'))
        {
            if (line.StartsWith(key + " ", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture);
            }
        }

        throw new DemoException($"{file} has no field {key}: this kernel is too old for the demonstration.");
    }

    string In(CgroupHierarchy hierarchy, string unified, string legacy) => $"{hierarchy.Path}/{_path}/{(hierarchy.IsUnified ? unified : legacy)}";
}
