namespace MiniRun.Runtime.Kernel;

/// <summary>Numbers by which statfs(2) tells the kernel's own filesystems apart.</summary>
static class FilesystemMagic
{
    public const ulong Proc = 0x9fa0;
    public const ulong Sysfs = 0x62656572;
    public const ulong DevPts = 0x1cd1;
    public const ulong Cgroup = 0x27e0eb;
    public const ulong Cgroup2 = 0x63677270;

    /// <summary>The type's name; a number where this table has none.</summary>
    public static string Name(ulong magic) => magic switch
    {
        Proc => "proc",
        Sysfs => "sysfs",
        DevPts => "devpts",
        Cgroup => "cgroup",
        Cgroup2 => "cgroup2",
        _ => "0x" + magic.ToString("x", System.Globalization.CultureInfo.InvariantCulture),
    };
}
