namespace MiniRun.Runtime.Kernel;

/// <summary>Flags of clone(2) and unshare(2) for namespaces(7).</summary>
static class Namespaces
{
    public const long Mount = 0x00020000;
    public const long Cgroup = 0x02000000;
    public const long Uts = 0x04000000;
    public const long Ipc = 0x08000000;
    public const long User = 0x10000000;
    public const long Pid = 0x20000000;
    public const long Network = 0x40000000;

    /// <summary>The flag of a namespace type in config.json.</summary>
    public static long Flag(string type) => type switch
    {
        "mount" => Mount,
        "cgroup" => Cgroup,
        "uts" => Uts,
        "ipc" => Ipc,
        "user" => User,
        "pid" => Pid,
        "network" => Network,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "is no namespace"),
    };
}
