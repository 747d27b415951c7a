namespace MiniRun.Runtime.Demos;

/// <param name="Name">As the command line and REST take it.</param>
/// <param name="Title">A few words.</param>
/// <param name="Purpose">What it shows, in one sentence.</param>
public sealed record DemoDescription(string Name, string Title, string Purpose);

/// <summary>The demonstrations there are, in the order in which they explain each other.</summary>
public static class DemoCatalogue
{
    public const string ForkAndClone = "fork-and-clone";
    public const string PidNamespace = "pid-namespace";
    public const string Chroot = "chroot";
    public const string Cgroup = "cgroup";

    public static IReadOnlyList<DemoDescription> All =>
    [
        new(ForkAndClone, "How a process is made",
            "Makes processes by clone with and without memory and names of their own, and looks at what parent and child still share."),
        new(PidNamespace, "Being process 1",
            "Makes a process in a pid namespace, compares its two numbers, and shows what being process 1 means for orphans, kill and its own end."),
        new(Chroot, "Why chroot is not enough",
            "Locks a process into a folder by chroot and lets it break out, then does the same with pivot_root, where it stays in."),
        new(Cgroup, "Limits that hold",
            "Puts processes into a cgroup and lets them run into its limits: memory until the kernel kills, processes until clone fails, CPU time until they must wait."),
    ];

    /// <summary>The names for a sentence: "fork-and-clone, pid-namespace, chroot, cgroup".</summary>
    public static string Names => string.Join(", ", All.Select(demo => demo.Name));

    public static DemoDescription? Find(string name) => All.FirstOrDefault(demo => demo.Name == name);
}
