using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The options of a mount in config.json, told apart: attributes of the mount, data for the filesystem, how to bind.</summary>
sealed class MountOptions
{
    public ulong Set { get; private set; }

    public ulong Clear { get; private set; }

    public bool IsBind { get; private set; }

    public bool IsRecursive { get; private set; }

    /// <summary>For the filesystem itself; the value is null for a flag.</summary>
    public List<(string Key, string? Value)> Data { get; } = [];

    /// <exception cref="SpecException">An option is not supported, with the path of the mount.</exception>
    public static MountOptions Parse(MountSpec mount, string path)
    {
        var options = new MountOptions { IsBind = mount.Type is "bind" };
        foreach (var option in mount.Options)
        {
            options.Add(option, path);
        }

        if (options.IsBind && options.Data.Count > 0)
        {
            throw new SpecException(path + ".options", $"\"{options.Data[0].Key}\" is no option of a bind mount");
        }

        return options;
    }

    void Add(string option, string path)
    {
        switch (option)
        {
            case "bind":
                IsBind = true;
                break;
            case "rbind":
                (IsBind, IsRecursive) = (true, true);
                break;
            case "ro":
                Attribute(MountApi.AttributeReadOnly);
                break;
            case "rw":
                Opposite(MountApi.AttributeReadOnly);
                break;
            case "nosuid":
                Attribute(MountApi.AttributeNoSuid);
                break;
            case "suid":
                Opposite(MountApi.AttributeNoSuid);
                break;
            case "nodev":
                Attribute(MountApi.AttributeNoDev);
                break;
            case "dev":
                Opposite(MountApi.AttributeNoDev);
                break;
            case "noexec":
                Attribute(MountApi.AttributeNoExec);
                break;
            case "exec":
                Opposite(MountApi.AttributeNoExec);
                break;
            case "noatime":
                AccessTime(MountApi.AttributeNoAccessTime);
                break;
            case "relatime":
                AccessTime(0);
                break;
            case "strictatime":
                AccessTime(MountApi.AttributeStrictAccessTime);
                break;
            case "nodiratime":
                Attribute(MountApi.AttributeNoFolderAccessTime);
                break;
            case "nosymfollow":
                Attribute(MountApi.AttributeNoFollow);
                break;
            case "private" or "rprivate" or "defaults" or "async":
                // What every mount of a container is already.
                break;
            case "shared" or "rshared" or "slave" or "rslave" or "unbindable" or "runbindable" or "tmpcopyup" or "idmap" or "ridmap"
                or "rro" or "rrw" or "rnosuid" or "rsuid" or "rnodev" or "rdev" or "rnoexec" or "rexec" or "rnoatime" or "rrelatime"
                or "rstrictatime" or "rnodiratime" or "rnosymfollow":
                throw new SpecException(path + ".options", $"\"{option}\" is not supported by this version of the runtime");
            default:
                var equals = option.IndexOf('=', StringComparison.Ordinal);
                Data.Add(equals > 0 ? (option[..equals], option[(equals + 1)..]) : (option, null));
                break;
        }
    }

    void Attribute(ulong attribute)
    {
        Set |= attribute;
        Clear &= ~attribute;
    }

    /// <summary>Of two options that contradict each other the last counts (mount(8)).</summary>
    void Opposite(ulong attribute)
    {
        Clear |= attribute;
        Set &= ~attribute;
    }

    void AccessTime(ulong mode)
    {
        Clear |= MountApi.AccessTimeMask;
        Set = (Set & ~MountApi.AccessTimeMask) | mode;
    }
}
