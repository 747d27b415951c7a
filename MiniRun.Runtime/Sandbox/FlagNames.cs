using System.Globalization;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Flags as the man pages write them.</summary>
static class FlagNames
{
    public static string Open(ulong flags)
    {
        var access = (flags & 3) switch { 0 => "O_RDONLY", 1 => "O_WRONLY", _ => "O_RDWR" };
        List<(ulong, string)> names =
        [
            ((ulong)Kernel.Open.Create, "O_CREAT"), ((ulong)Kernel.Open.Exclusive, "O_EXCL"), ((ulong)Kernel.Open.CloseOnExec, "O_CLOEXEC"),
            ((ulong)Kernel.Open.Path, "O_PATH"), ((ulong)Files.Directory, "O_DIRECTORY"), ((ulong)Files.NoFollow, "O_NOFOLLOW"),
        ];
        var isPath = (flags & (ulong)Kernel.Open.Path) != 0;
        var rest = Join(flags & ~3UL, names);
        return isPath ? rest : rest == "0" ? access : $"{access}|{rest}";
    }

    public static string Resolve(ulong flags) => Join(flags,
    [
        (OpenHow.InRoot, "RESOLVE_IN_ROOT"), (OpenHow.NoMagicLinks, "RESOLVE_NO_MAGICLINKS"), (OpenHow.NoSymlinks, "RESOLVE_NO_SYMLINKS"),
        (OpenHow.Beneath, "RESOLVE_BENEATH"),
    ]);

    public static string Attributes(ulong flags)
    {
        var names = new List<(ulong, string)>
        {
            (MountApi.AttributeReadOnly, "ro"), (MountApi.AttributeNoSuid, "nosuid"), (MountApi.AttributeNoDev, "nodev"),
            (MountApi.AttributeNoExec, "noexec"), (MountApi.AttributeNoFolderAccessTime, "nodiratime"), (MountApi.AttributeNoFollow, "nosymfollow"),
            (MountApi.AttributeIdMap, "idmap"),
        };
        if ((flags & MountApi.AccessTimeMask) == MountApi.AccessTimeMask)
        {
            names.Add((MountApi.AccessTimeMask, "atime modes"));
        }
        else
        {
            names.Add((MountApi.AttributeNoAccessTime, "noatime"));
            names.Add((MountApi.AttributeStrictAccessTime, "strictatime"));
        }

        return Join(flags, names);
    }

    public static string Tree(ulong flags) => Join(flags,
    [
        (MountApi.OpenTreeClone, "OPEN_TREE_CLONE"), (MountApi.OpenTreeCloseOnExec, "OPEN_TREE_CLOEXEC"),
        (MountApi.EmptyPath, "AT_EMPTY_PATH"), (MountApi.Recursive, "AT_RECURSIVE"), (MountApi.RecursivePrivate, "MS_REC|MS_PRIVATE"),
        (MountApi.Move, "MS_MOVE"),
    ]);

    public static string Propagation(ulong kind) => kind switch
    {
        MountApi.Private => "private",
        MountApi.Slave => "slave",
        MountApi.Shared => "shared",
        MountApi.Unbindable => "unbindable",
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{kind:x}"),
    };

    /// <summary>A mode with the kind of file that it belongs to, as stat(1) shows its letter.</summary>
    public static string Mode(int mode)
    {
        var permissions = "0" + Convert.ToString(mode & ~FileFacts.KindMask, 8);
        return (mode & FileFacts.KindMask) switch
        {
            0 => permissions,
            FileFacts.Fifo => "S_IFIFO|" + permissions,
            FileFacts.CharacterDevice => "S_IFCHR|" + permissions,
            FileFacts.BlockDevice => "S_IFBLK|" + permissions,
            _ => "0" + Convert.ToString(mode, 8),
        };
    }

    public static string Namespaces(ulong flags) => Join(flags,
    [
        (Kernel.Namespaces.Mount, "CLONE_NEWNS"), (Kernel.Namespaces.Cgroup, "CLONE_NEWCGROUP"),
        (Kernel.Namespaces.Uts, "CLONE_NEWUTS"), (Kernel.Namespaces.Ipc, "CLONE_NEWIPC"),
        (Kernel.Namespaces.User, "CLONE_NEWUSER"), (Kernel.Namespaces.Pid, "CLONE_NEWPID"),
        (Kernel.Namespaces.Network, "CLONE_NEWNET"), (Kernel.Namespaces.Time, "CLONE_NEWTIME"),
    ]);

    public static string Config(int command) => command switch
    {
        MountApi.FsconfigFlag => "FLAG",
        MountApi.FsconfigString => "STRING",
        MountApi.FsconfigCreate => "CREATE",
        MountApi.FsconfigReconfigure => "RECONFIGURE",
        _ => command.ToString(CultureInfo.InvariantCulture),
    };

    public static string Prctl(int option) => option switch
    {
        Kernel.Prctl.SetParentDeathSignal => "PR_SET_PDEATHSIG",
        Kernel.Prctl.SetDumpable => "PR_SET_DUMPABLE",
        Kernel.Prctl.SetKeepCapabilities => "PR_SET_KEEPCAPS",
        Kernel.Prctl.DropBoundingCapability => "PR_CAPBSET_DROP",
        Kernel.Prctl.SetNoNewPrivileges => "PR_SET_NO_NEW_PRIVS",
        Kernel.Prctl.Ambient => "PR_CAP_AMBIENT",
        _ => option.ToString(CultureInfo.InvariantCulture),
    };

    public static string Request(int request) => request switch
    {
        Terminal.SetControlling => "TIOCSCTTY",
        (int)Terminal.SetLock => "TIOCSPTLCK",
        (int)Terminal.OpenPeer => "TIOCGPTPEER",
        0x8914 => "SIOCSIFFLAGS",
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{request:x}"),
    };

    static string Join(ulong flags, List<(ulong Flag, string Name)> names)
    {
        var words = new List<string>();
        foreach (var (flag, name) in names)
        {
            if (flag != 0 && (flags & flag) == flag)
            {
                words.Add(name);
                flags &= ~flag;
            }
        }

        if (flags != 0)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"0x{flags:x}"));
        }

        return words.Count == 0 ? "0" : string.Join('|', words);
    }
}
