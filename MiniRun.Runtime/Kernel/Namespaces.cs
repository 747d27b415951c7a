namespace MiniRun.Runtime.Kernel;

/// <summary>Flags of clone(2), unshare(2) and setns(2) for namespaces(7).</summary>
static class Namespaces
{
    public const ulong Time = 0x00000080;
    public const ulong Mount = 0x00020000;
    public const ulong Cgroup = 0x02000000;
    public const ulong Uts = 0x04000000;
    public const ulong Ipc = 0x08000000;
    public const ulong User = 0x10000000;
    public const ulong Pid = 0x20000000;
    public const ulong Network = 0x40000000;
    public const ulong All = Time | Mount | Cgroup | Uts | Ipc | User | Pid | Network;

    /// <summary>The flag of a namespace type in config.json.</summary>
    public static ulong Flag(string type) => type switch
    {
        "mount" => Mount,
        "cgroup" => Cgroup,
        "uts" => Uts,
        "ipc" => Ipc,
        "user" => User,
        "pid" => Pid,
        "network" => Network,
        "time" => Time,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "is no namespace"),
    };

    /// <summary>The file of a namespace type in /proc/PID/ns.</summary>
    public static string File(string type) => type switch
    {
        "mount" => "mnt",
        "network" => "net",
        _ => type,
    };
}
