namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    static readonly string[] Propagations =
        ["private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable", ""];

    static LinuxSpec ReadLinux(ref SpecReader json)
    {
        var linux = new LinuxSpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("namespaces"u8):
                    linux.Namespaces = ReadNamespaces(ref json);
                    break;
                case var _ when name.SequenceEqual("uidMappings"u8):
                    linux.UidMappings = ReadMappings(ref json);
                    break;
                case var _ when name.SequenceEqual("gidMappings"u8):
                    linux.GidMappings = ReadMappings(ref json);
                    break;
                case var _ when name.SequenceEqual("timeOffsets"u8):
                    ReadTimeOffsets(ref json, linux.TimeOffsets);
                    break;
                case var _ when name.SequenceEqual("cgroupsPath"u8):
                    linux.CgroupsPath = ReadCgroupsPath(ref json);
                    break;
                case var _ when name.SequenceEqual("resources"u8):
                    linux.Resources = ReadResources(ref json);
                    break;
                case var _ when name.SequenceEqual("maskedPaths"u8):
                    linux.MaskedPaths = ReadAbsolutePaths(ref json);
                    break;
                case var _ when name.SequenceEqual("readonlyPaths"u8):
                    linux.ReadOnlyPaths = ReadAbsolutePaths(ref json);
                    break;
                case var _ when name.SequenceEqual("seccomp"u8):
                    linux.SeccompDocument = json.RawObject();
                    break;
                case var _ when name.SequenceEqual("devices"u8):
                    linux.Devices = ReadDevices(ref json);
                    break;
                case var _ when name.SequenceEqual("netDevices"u8):
                    ReadNetDevices(ref json, linux.NetDevices);
                    break;
                case var _ when name.SequenceEqual("sysctl"u8):
                    ReadSysctl(ref json, linux.Sysctl);
                    break;
                case var _ when name.SequenceEqual("rootfsPropagation"u8):
                    linux.RootfsPropagation = Propagations[json.Choice(Propagations)];
                    break;
                case var _ when name.SequenceEqual("mountLabel"u8):
                    linux.MountLabel = json.String();
                    break;
                case var _ when name.SequenceEqual("personality"u8):
                    linux.Personality = ReadPersonality(ref json);
                    break;
                case var _ when name.SequenceEqual("memoryPolicy"u8):
                    linux.MemoryPolicy = ReadMemoryPolicy(ref json);
                    break;
                case var _ when name.SequenceEqual("intelRdt"u8):
                    linux.IntelRdt = ReadIntelRdt(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        CheckUserNamespace(ref json, linux);
        CheckOtherNamespaces(ref json, linux);
        return linux;
    }

    /// <summary>A path of cgroups, or <c>slice:prefix:name</c>; null for an empty one.</summary>
    static string? ReadCgroupsPath(ref SpecReader json)
    {
        var path = json.String();
        // "." would be the root of the hierarchy, whose limits and children are not the container's.
        return HasName(path, ".") || HasName(path, "..") ? throw json.Error("must not contain \".\" or \"..\"")
            : path.Length == 0 ? null : path;
    }
}
