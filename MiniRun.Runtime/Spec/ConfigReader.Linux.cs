namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
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
                case var _ when name.SequenceEqual("cgroupsPath"u8):
                    linux.CgroupsPath = json.String();
                    // "." would be the root of the hierarchy, whose limits and children are not the container's.
                    if (linux.CgroupsPath.Split('/').Any(part => part is "." or ".."))
                    {
                        throw json.Error("must not contain \".\" or \"..\"");
                    }

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
                case var _ when name.SequenceEqual("rootfsPropagation"u8):
                    if (json.String() is not ("" or "private" or "rprivate"))
                    {
                        throw json.Error("is not supported by this version of the runtime; use \"private\"");
                    }

                    break;
                case var _ when name.SequenceEqual("seccomp"u8):
                    linux.SeccompDocument = json.RawObject();
                    break;
                case var _ when IsUnsupported(name):
                    RefuseUnlessEmpty(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return linux;
    }

    static bool IsUnsupported(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("uidMappings"u8) || name.SequenceEqual("gidMappings"u8)
        || name.SequenceEqual("sysctl"u8) || name.SequenceEqual("devices"u8) || name.SequenceEqual("intelRdt"u8)
        || name.SequenceEqual("personality"u8) || name.SequenceEqual("timeOffsets"u8) || name.SequenceEqual("netDevices"u8)
        || name.SequenceEqual("memoryPolicy"u8);

    static List<NamespaceSpec> ReadNamespaces(ref SpecReader json)
    {
        var namespaces = new List<NamespaceSpec>();
        json.EnterArray();
        while (json.NextItem())
        {
            var (type, path) = ("", (string?)null);
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("type"u8))
                {
                    type = json.String();
                    if (type is not ("pid" or "network" or "mount" or "ipc" or "uts" or "cgroup"))
                    {
                        throw json.Error($"\"{type}\" is not supported; use pid, network, mount, ipc, uts or cgroup");
                    }
                }
                else if (name.SequenceEqual("path"u8))
                {
                    path = json.String();
                    if (path.Length > 0)
                    {
                        throw json.Error("joining a namespace is not supported by this version of the runtime; leave it out for a new one");
                    }
                }
                else
                {
                    json.Skip();
                }
            }

            Require(type.Length > 0, $"$.linux.namespaces[{namespaces.Count}].type");
            if (namespaces.Exists(n => n.Type == type))
            {
                throw new SpecException($"$.linux.namespaces[{namespaces.Count}].type", $"\"{type}\" is listed twice");
            }

            namespaces.Add(new NamespaceSpec(type, null));
        }

        return namespaces;
    }

    static ResourceSpec ReadResources(ref SpecReader json)
    {
        var resources = new ResourceSpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("memory"u8))
            {
                ReadMemory(ref json, resources);
            }
            else if (name.SequenceEqual("cpu"u8))
            {
                ReadCpu(ref json, resources);
            }
            else if (name.SequenceEqual("pids"u8))
            {
                json.EnterObject();
                while (json.NextProperty(out var field))
                {
                    if (field.SequenceEqual("limit"u8))
                    {
                        resources.PidsLimit = json.Integer();
                    }
                    else
                    {
                        json.Skip();
                    }
                }
            }
            else
            {
                // "devices" is what every generator writes; the device filter itself is not made yet. No device node
                // but the harmless ones exists in the container, and it has no capability to make one.
                json.Skip();
            }
        }

        return resources;
    }

    static void ReadMemory(ref SpecReader json, ResourceSpec resources)
    {
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("limit"u8))
            {
                resources.MemoryLimit = json.Integer(-1);
            }
            else if (name.SequenceEqual("swap"u8))
            {
                resources.MemorySwap = json.Integer(-1);
            }
            else
            {
                json.Skip();
            }
        }
    }

    static void ReadCpu(ref SpecReader json, ResourceSpec resources)
    {
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("quota"u8))
            {
                resources.CpuQuota = json.Integer(-1);
            }
            else if (name.SequenceEqual("period"u8))
            {
                resources.CpuPeriod = json.Unsigned(1_000_000);
            }
            else if (name.SequenceEqual("shares"u8))
            {
                resources.CpuShares = json.Unsigned(262144);
            }
            else
            {
                json.Skip();
            }
        }
    }

    static List<string> ReadAbsolutePaths(ref SpecReader json)
    {
        var paths = new List<string>();
        json.EnterArray();
        while (json.NextItem())
        {
            var path = json.String();
            paths.Add(path.StartsWith('/') ? path : throw json.Error("must be an absolute path"));
        }

        return paths;
    }
}
