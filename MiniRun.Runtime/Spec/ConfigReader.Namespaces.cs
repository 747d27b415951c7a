namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    /// <summary>UID_GID_MAP_MAX_EXTENTS of the kernel.</summary>
    const int MaximumMappings = 340;

    /// <summary>KTIME_SEC_MAX of the kernel: seconds that fit in 64 bits of nanoseconds.</summary>
    const long MaximumClockSeconds = long.MaxValue / 1_000_000_000;

    public static readonly string[] NamespaceTypes = ["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"];

    static List<NamespaceSpec> ReadNamespaces(ref SpecReader json)
    {
        var namespaces = new List<NamespaceSpec>();
        var known = 0u;
        json.EnterArray();
        while (json.NextItem())
        {
            int? type = null;
            string? path = null;
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("type"u8))
                {
                    type = json.Choice(NamespaceTypes);
                }
                else if (name.SequenceEqual("path"u8))
                {
                    path = ReadOptional(ref json);
                    if (path is [not '/', ..])
                    {
                        throw json.Error("must be an absolute path, or left out for a new namespace");
                    }
                }
                else
                {
                    json.Skip();
                }
            }

            var number = type ?? throw json.Missing("type", $"one of {string.Join(", ", NamespaceTypes)}");
            if ((known & (1u << number)) != 0)
            {
                throw json.Error("type", $"is {NamespaceTypes[number]}, which is listed twice");
            }

            known |= 1u << number;
            namespaces.Add(new NamespaceSpec(NamespaceTypes[number], path));
        }

        return namespaces;
    }

    static List<IdMapping> ReadMappings(ref SpecReader json)
    {
        var mappings = new List<IdMapping>();
        json.EnterArray();
        while (json.NextItem())
        {
            var mapping = mappings.Count < MaximumMappings ? ReadMapping(ref json) : throw json.Error($"is one range too many: the kernel takes {MaximumMappings}");
            foreach (var other in mappings)
            {
                if (Overlap(other.ContainerId, other.Size, mapping.ContainerId, mapping.Size) || Overlap(other.HostId, other.Size, mapping.HostId, mapping.Size))
                {
                    throw json.Error($"must not have ids in common with the range of {other.Size} from {other.ContainerId} to {other.HostId}");
                }
            }

            mappings.Add(mapping);
        }

        return mappings;
    }

    static IdMapping ReadMapping(ref SpecReader json)
    {
        uint? container = null;
        uint? host = null;
        uint? size = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("containerID"u8))
            {
                container = (uint)json.Unsigned(MaximumId);
            }
            else if (name.SequenceEqual("hostID"u8))
            {
                host = (uint)json.Unsigned(MaximumId);
            }
            else if (name.SequenceEqual("size"u8))
            {
                size = (uint)json.Unsigned(uint.MaxValue, minimum: 1);
            }
            else
            {
                json.Skip();
            }
        }

        var mapping = new IdMapping(
            container ?? throw json.Missing("containerID", "the first id in the container"),
            host ?? throw json.Missing("hostID", "the first id on the host"),
            size ?? throw json.Missing("size", "how many ids there are"));
        return Math.Max(mapping.ContainerId, mapping.HostId) + (ulong)mapping.Size <= uint.MaxValue
            ? mapping
            : throw json.Error("size", $"must not lead beyond the last id, which is {MaximumId}");
    }

    static bool Overlap(uint first, uint size, uint other, uint otherSize) => first < other + (ulong)otherSize && other < first + (ulong)size;

    static void ReadTimeOffsets(ref SpecReader json, Dictionary<string, TimeOffset> offsets)
    {
        json.EnterObject();
        while (json.NextEntry(out var clock))
        {
            if (clock is not ("monotonic" or "boottime"))
            {
                throw json.Error("is no clock of a time namespace; those are monotonic and boottime");
            }

            var seconds = 0L;
            var nanoseconds = 0u;
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("secs"u8))
                {
                    seconds = json.Integer(-MaximumClockSeconds, MaximumClockSeconds);
                }
                else if (name.SequenceEqual("nanosecs"u8))
                {
                    nanoseconds = (uint)json.Unsigned(999_999_999);
                }
                else
                {
                    json.Skip();
                }
            }

            offsets.Add(clock, new TimeOffset(seconds, nanoseconds));
        }
    }

    static void CheckUserNamespace(ref SpecReader json, LinuxSpec linux)
    {
        var isNew = linux.IsNew("user");
        if (!isNew && linux.UidMappings.Count + linux.GidMappings.Count > 0)
        {
            throw json.Error(linux.UidMappings.Count > 0 ? "uidMappings" : "gidMappings", linux.Has("user")
                ? "must be left out: the user namespace that is joined has its own"
                : "needs a user namespace: add one to linux.namespaces");
        }

        // Without a mapping nobody has a user there, not even root.
        Require(ref json, !isNew || linux.UidMappings.Count > 0, "uidMappings", "given for a new user namespace");
        Require(ref json, !isNew || linux.GidMappings.Count > 0, "gidMappings", "given for a new user namespace");
    }

    static void CheckOtherNamespaces(ref SpecReader json, LinuxSpec linux)
    {
        if (linux.TimeOffsets.Count > 0 && !linux.IsNew("time"))
        {
            throw json.Error("timeOffsets", linux.Has("time")
                ? "must be left out: the clocks of a time namespace that is joined have started"
                : "needs a time namespace: add one to linux.namespaces");
        }

        if (linux.NetDevices.Count > 0 && !HasOwnNetwork(linux))
        {
            throw json.Error("netDevices", "needs a network namespace that is not the host's");
        }

        foreach (var (name, _) in linux.Sysctl)
        {
            var type = SysctlName.Namespace(name)!;
            if (type is "network" ? !HasOwnNetwork(linux) : !linux.Has(type))
            {
                throw json.Error("sysctl", name, type is "network"
                    ? "needs a network namespace that is not the host's: else the host's own parameter would change"
                    : $"needs a namespace of type {type}: else the host's own parameter would change");
            }
        }
    }

    /// <summary>A link to another name of the host's namespace is found when it is joined: only then is it known what it stands for.</summary>
    static bool HasOwnNetwork(LinuxSpec linux)
    {
        foreach (var (type, path) in linux.Namespaces)
        {
            if (type is "network")
            {
                return path is not ("/proc/1/ns/net" or "/proc/self/ns/net" or "/proc/thread-self/ns/net");
            }
        }

        return false;
    }
}
