using static MiniRun.Runtime.Kernel.MountApi;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Every option that is not handed to the filesystem (config.md, "Linux mount options").</summary>
static class MountOptionTable
{
    /// <remarks><c>silent</c>, <c>loud</c>, <c>iversion</c> and <c>noiversion</c> have no effect: fsconfig(2) has no such flags, the first
    /// two only change what the kernel logs, and since Linux 6.1 the filesystems that count changes always do.</remarks>
    static readonly MountOption[] Options =
    [
        new("async", MountOptionKind.Superblock),
        new("atime", MountOptionKind.AccessTimeDefault, AttributeNoAccessTime),
        new("bind", MountOptionKind.Bind),
        new("defaults", MountOptionKind.None),
        new("dev", MountOptionKind.Attribute, 0, AttributeNoDev),
        new("diratime", MountOptionKind.Attribute, 0, AttributeNoFolderAccessTime),
        new("dirsync", MountOptionKind.Superblock),
        new("exec", MountOptionKind.Attribute, 0, AttributeNoExec),
        new("idmap", MountOptionKind.IdMap),
        new("iversion", MountOptionKind.None),
        new("lazytime", MountOptionKind.Superblock),
        new("loud", MountOptionKind.None),
        new("mand", MountOptionKind.Superblock),
        new("noatime", MountOptionKind.AccessTime, AttributeNoAccessTime),
        new("nodev", MountOptionKind.Attribute, AttributeNoDev),
        new("nodiratime", MountOptionKind.Attribute, AttributeNoFolderAccessTime),
        new("noexec", MountOptionKind.Attribute, AttributeNoExec),
        new("noiversion", MountOptionKind.None),
        new("nolazytime", MountOptionKind.Superblock),
        new("nomand", MountOptionKind.Superblock),
        new("norelatime", MountOptionKind.AccessTimeDefault, AttributeRelativeAccessTime),
        new("nostrictatime", MountOptionKind.AccessTimeDefault, AttributeStrictAccessTime),
        new("nosuid", MountOptionKind.Attribute, AttributeNoSuid),
        new("nosymfollow", MountOptionKind.Attribute, AttributeNoFollow),
        new("private", MountOptionKind.Propagation, Private),
        new("ratime", MountOptionKind.AccessTimeDefault, AttributeNoAccessTime, IsRecursive: true),
        new("rbind", MountOptionKind.Bind, IsRecursive: true),
        new("rdev", MountOptionKind.Attribute, 0, AttributeNoDev, IsRecursive: true),
        new("rdiratime", MountOptionKind.Attribute, 0, AttributeNoFolderAccessTime, IsRecursive: true),
        new("relatime", MountOptionKind.AccessTime, AttributeRelativeAccessTime),
        new("remount", MountOptionKind.Remount),
        new("rexec", MountOptionKind.Attribute, 0, AttributeNoExec, IsRecursive: true),
        new("ridmap", MountOptionKind.IdMap, IsRecursive: true),
        new("rnoatime", MountOptionKind.AccessTime, AttributeNoAccessTime, IsRecursive: true),
        new("rnodev", MountOptionKind.Attribute, AttributeNoDev, IsRecursive: true),
        new("rnodiratime", MountOptionKind.Attribute, AttributeNoFolderAccessTime, IsRecursive: true),
        new("rnoexec", MountOptionKind.Attribute, AttributeNoExec, IsRecursive: true),
        new("rnorelatime", MountOptionKind.AccessTimeDefault, AttributeRelativeAccessTime, IsRecursive: true),
        new("rnostrictatime", MountOptionKind.AccessTimeDefault, AttributeStrictAccessTime, IsRecursive: true),
        new("rnosuid", MountOptionKind.Attribute, AttributeNoSuid, IsRecursive: true),
        new("rnosymfollow", MountOptionKind.Attribute, AttributeNoFollow, IsRecursive: true),
        new("ro", MountOptionKind.Attribute, AttributeReadOnly),
        new("rprivate", MountOptionKind.Propagation, Private, IsRecursive: true),
        new("rrelatime", MountOptionKind.AccessTime, AttributeRelativeAccessTime, IsRecursive: true),
        new("rro", MountOptionKind.Attribute, AttributeReadOnly, IsRecursive: true),
        new("rrw", MountOptionKind.Attribute, 0, AttributeReadOnly, IsRecursive: true),
        new("rshared", MountOptionKind.Propagation, Shared, IsRecursive: true),
        new("rslave", MountOptionKind.Propagation, Slave, IsRecursive: true),
        new("rstrictatime", MountOptionKind.AccessTime, AttributeStrictAccessTime, IsRecursive: true),
        new("rsuid", MountOptionKind.Attribute, 0, AttributeNoSuid, IsRecursive: true),
        new("rsymfollow", MountOptionKind.Attribute, 0, AttributeNoFollow, IsRecursive: true),
        new("runbindable", MountOptionKind.Propagation, Unbindable, IsRecursive: true),
        new("rw", MountOptionKind.Attribute, 0, AttributeReadOnly),
        new("shared", MountOptionKind.Propagation, Shared),
        new("silent", MountOptionKind.None),
        new("slave", MountOptionKind.Propagation, Slave),
        new("strictatime", MountOptionKind.AccessTime, AttributeStrictAccessTime),
        new("suid", MountOptionKind.Attribute, 0, AttributeNoSuid),
        new("symfollow", MountOptionKind.Attribute, 0, AttributeNoFollow),
        new("sync", MountOptionKind.Superblock),
        new("tmpcopyup", MountOptionKind.CopyUp),
        new("unbindable", MountOptionKind.Propagation, Unbindable),
    ];

    /// <summary>The names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names => Array.ConvertAll(Options, option => option.Name);

    /// <summary>All options, in the order of their names.</summary>
    public static IReadOnlyList<MountOption> All => Options;

    /// <summary>The option of that name; false when it is one of the filesystem.</summary>
    public static bool TryFind(string name, out MountOption option)
    {
        var (low, high) = (0, Options.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(name, Options[middle].Name);
            if (order == 0)
            {
                option = Options[middle];
                return true;
            }

            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        option = default;
        return false;
    }
}
