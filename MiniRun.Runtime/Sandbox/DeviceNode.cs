using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A device that the container gets (config-linux.md, "Devices" and "Default Devices").</summary>
/// <param name="Path">In the container, clean.</param>
/// <param name="Kind">S_IFCHR, S_IFBLK or S_IFIFO of <see cref="FileFacts"/>.</param>
/// <param name="Field">Where it stands in config.json.</param>
sealed record DeviceNode(string Path, int Kind, uint Major, uint Minor, int Mode, uint Uid, uint Gid, string Field)
{
    const int DefaultMode = 0b110_110_110;

    /// <summary>What every container has, whatever its configuration says.</summary>
    static readonly DeviceNode[] Defaults =
    [
        Default("null", 1, 3), Default("zero", 1, 5), Default("full", 1, 7), Default("random", 1, 8), Default("urandom", 1, 9), Default("tty", 5, 0),
    ];

    /// <summary>The devices of a configuration, and the default ones that it does not define otherwise.</summary>
    /// <exception cref="SpecException">A device cannot be made.</exception>
    public static List<DeviceNode> Of(RuntimeConfig config)
    {
        var nodes = new List<DeviceNode>();
        for (var i = 0; i < config.Linux.Devices.Count; i++)
        {
            var path = $"$.linux.devices[{i}]";
            var node = Read(config.Linux.Devices[i], path);
            var same = nodes.Find(other => other.Path == node.Path);
            if (same is null)
            {
                nodes.Add(node);
            }
            else if (same with { Field = node.Field } != node)
            {
                throw new SpecException(path + ".path", $"\"{node.Path}\" is listed twice, with different devices");
            }
        }

        foreach (var node in Defaults)
        {
            if (!nodes.Exists(other => other.Path == node.Path))
            {
                nodes.Add(node);
            }
        }

        return nodes;
    }

    /// <summary>Whether a file is this device, whatever its permissions are.</summary>
    public bool Is(in FileFacts facts) =>
        facts.Kind == Kind && (Kind is FileFacts.Fifo || (facts.DeviceMajor == Major && facts.DeviceMinor == Minor));

    static DeviceNode Read(DeviceSpec spec, string path)
    {
        var kind = spec.Type switch
        {
            'b' => FileFacts.BlockDevice,
            'p' => FileFacts.Fifo,
            _ => FileFacts.CharacterDevice,
        };
        var place = ContainerPath.Clean(spec.Path);
        return place is "/"
            ? throw new SpecException(path + ".path", "must name a file")
            : new DeviceNode(place, kind, spec.Major, spec.Minor, spec.Mode ?? DefaultMode, spec.Uid ?? 0, spec.Gid ?? 0, path + ".path");
    }

    static DeviceNode Default(string name, uint major, uint minor) =>
        new("/dev/" + name, FileFacts.CharacterDevice, major, minor, DefaultMode, 0, 0, "$.linux.devices");
}
