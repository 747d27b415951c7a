using System.Text;

namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    /// <summary>A device number of the kernel has 12 bits for the major and 20 for the minor.</summary>
    const uint MaximumMajor = (1 << 12) - 1;

    const uint MaximumMinor = (1 << 20) - 1;

    /// <summary>S_IFMT of inode(7).</summary>
    const long FileTypeBits = 0xF000;

    /// <summary>IFNAMSIZ less the NUL.</summary>
    const int MaximumInterfaceName = 15;

    static readonly string[] DeviceTypes = ["c", "b", "u", "p"];

    static List<DeviceSpec> ReadDevices(ref SpecReader json)
    {
        var devices = new List<DeviceSpec>();
        json.EnterArray();
        while (json.NextItem())
        {
            devices.Add(ReadDevice(ref json));
        }

        return devices;
    }

    static DeviceSpec ReadDevice(ref SpecReader json)
    {
        string? path = null;
        char? type = null;
        uint? major = null;
        uint? minor = null;
        int? mode = null;
        uint? uid = null;
        uint? gid = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("path"u8):
                    path = ReadDevicePath(ref json);
                    break;
                case var _ when name.SequenceEqual("type"u8):
                    type = DeviceTypes[json.Choice(DeviceTypes)][0];
                    break;
                case var _ when name.SequenceEqual("major"u8):
                    major = (uint)json.Unsigned(MaximumMajor);
                    break;
                case var _ when name.SequenceEqual("minor"u8):
                    minor = (uint)json.Unsigned(MaximumMinor);
                    break;
                case var _ when name.SequenceEqual("fileMode"u8):
                    mode = ReadDeviceMode(ref json);
                    break;
                case var _ when name.SequenceEqual("uid"u8):
                    uid = (uint)json.Unsigned(MaximumId);
                    break;
                case var _ when name.SequenceEqual("gid"u8):
                    gid = (uint)json.Unsigned(MaximumId);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        var known = type ?? throw json.Missing("type", "c, b, u or p");
        Require(ref json, major is not null || known == 'p', "major", "the major number of the device");
        Require(ref json, minor is not null || known == 'p', "minor", "the minor number of the device");
        return new DeviceSpec(path ?? throw json.Missing("path", "an absolute path in the container"), known, major ?? 0, minor ?? 0, mode, uid, gid);
    }

    /// <summary>Permission bits. The type, which podman leaves in them, is said by <c>type</c>.</summary>
    static int ReadDeviceMode(ref SpecReader json)
    {
        var mode = json.Integer() & ~FileTypeBits;
        return mode is >= 0 and <= 0b111_111_111 ? (int)mode : throw json.Error($"must be an integer from 0 to {0b111_111_111}, the permission bits");
    }

    static string ReadDevicePath(ref SpecReader json)
    {
        var path = ReadAbsolutePath(ref json);
        return HasName(path, "..") || path.EndsWith('/') ? throw json.Error("must be the path of a file, without \"..\"") : path;
    }

    static void ReadNetDevices(ref SpecReader json, Dictionary<string, string> devices)
    {
        json.EnterObject();
        while (json.NextEntry(out var device))
        {
            CheckInterfaceName(ref json, device);
            var inside = "";
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("name"u8))
                {
                    inside = json.String();
                    if (inside.Length > 0)
                    {
                        CheckInterfaceName(ref json, inside);
                    }
                }
                else
                {
                    json.Skip();
                }
            }

            devices.Add(device, inside);
        }
    }

    /// <summary>As dev_valid_name of the kernel has it.</summary>
    static void CheckInterfaceName(ref SpecReader json, string name)
    {
        var isValid = Encoding.UTF8.GetByteCount(name) is > 0 and <= MaximumInterfaceName && name is not ("." or "..");
        foreach (var c in name)
        {
            isValid &= c is not ('/' or ':') && !char.IsWhiteSpace(c);
        }

        if (!isValid)
        {
            throw json.Error($"is {SpecReader.Quoted(name)}, but a network interface is named by 1 to {MaximumInterfaceName} bytes without \"/\", \":\" and white space");
        }
    }
}
