namespace MiniRun.Runtime.Spec;

/// <summary>Resources that are lists: of device rules, huge pages, interfaces, RDMA devices, and files of cgroup v2.</summary>
static partial class ConfigReader
{
    /// <summary>Unset is all, as is the empty text of programs that cannot leave a property out.</summary>
    static readonly string[] DeviceRuleTypes = ["a", "c", "b", ""];

    static List<DeviceRule> ReadDeviceRules(ref SpecReader json)
    {
        var rules = new List<DeviceRule>();
        json.EnterArray();
        while (json.NextItem())
        {
            rules.Add(ReadDeviceRule(ref json));
        }

        return rules;
    }

    static DeviceRule ReadDeviceRule(ref SpecReader json)
    {
        bool? allow = null;
        var type = "";
        long? major = null;
        long? minor = null;
        var access = "";
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("allow"u8):
                    allow = json.Boolean();
                    break;
                case var _ when name.SequenceEqual("type"u8):
                    type = DeviceRuleTypes[json.Choice(DeviceRuleTypes)];
                    break;
                case var _ when name.SequenceEqual("major"u8):
                    major = ReadDeviceNumber(ref json, MaximumMajor);
                    break;
                case var _ when name.SequenceEqual("minor"u8):
                    minor = ReadDeviceNumber(ref json, MaximumMinor);
                    break;
                case var _ when name.SequenceEqual("access"u8):
                    access = ReadAccess(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return new DeviceRule(
            allow ?? throw json.Missing("allow", "true or false"), type is [var kind] ? kind : 'a', major, minor, access.Length > 0 ? access : "rwm");
    }

    /// <summary>Null for -1, which means every number.</summary>
    static long? ReadDeviceNumber(ref SpecReader json, long maximum) => json.Integer(-1, maximum) is var number and >= 0 ? number : null;

    static string ReadAccess(ref SpecReader json)
    {
        var access = json.String();
        return access.AsSpan().ContainsAnyExcept("rwm") || access.Length > 3
            ? throw json.Error($"is {SpecReader.Quoted(access)}, but must be some of r (read), w (write) and m (mknod)")
            : access;
    }

    static List<HugePageLimit> ReadHugePageLimits(ref SpecReader json)
    {
        var limits = new List<HugePageLimit>();
        json.EnterArray();
        while (json.NextItem())
        {
            string? size = null;
            ulong? limit = null;
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("pageSize"u8))
                {
                    size = json.String();
                    if (!IsPageSize(size))
                    {
                        throw json.Error($"is {SpecReader.Quoted(size)}, but must be a size of pages, such as \"64KB\", \"2MB\" or \"1GB\"");
                    }
                }
                else if (name.SequenceEqual("limit"u8))
                {
                    limit = json.Unsigned();
                }
                else
                {
                    json.Skip();
                }
            }

            limits.Add(new HugePageLimit(
                size ?? throw json.Missing("pageSize", "a size of pages, such as \"2MB\""), limit ?? throw json.Missing("limit", "a number of bytes")));
        }

        return limits;
    }

    /// <summary>It becomes a part of a file's name.</summary>
    static bool IsPageSize(string size) =>
        size is [>= '1' and <= '9', .., 'K' or 'M' or 'G', 'B'] && !size.AsSpan(0, size.Length - 2).ContainsAnyExceptInRange('0', '9');

    static NetworkClassSpec ReadNetwork(ref SpecReader json)
    {
        uint? classId = null;
        var priorities = new Dictionary<string, uint>();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("classID"u8))
            {
                classId = (uint)json.Unsigned(uint.MaxValue);
            }
            else if (name.SequenceEqual("priorities"u8))
            {
                ReadPriorities(ref json, priorities);
            }
            else
            {
                json.Skip();
            }
        }

        return new NetworkClassSpec(classId, priorities);
    }

    static void ReadPriorities(ref SpecReader json, Dictionary<string, uint> priorities)
    {
        json.EnterArray();
        while (json.NextItem())
        {
            string? device = null;
            uint? priority = null;
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("name"u8))
                {
                    device = json.String();
                    CheckInterfaceName(ref json, device);
                }
                else if (name.SequenceEqual("priority"u8))
                {
                    priority = (uint)json.Unsigned(uint.MaxValue);
                }
                else
                {
                    json.Skip();
                }
            }

            if (!priorities.TryAdd(
                device ?? throw json.Missing("name", "a network interface of the host"), priority ?? throw json.Missing("priority", "an integer")))
            {
                throw json.Error("name", $"is {SpecReader.Quoted(device)}, which is listed twice");
            }
        }
    }

    static void ReadRdma(ref SpecReader json, Dictionary<string, RdmaLimit> limits)
    {
        json.EnterObject();
        while (json.NextEntry(out var device))
        {
            uint? handles = null;
            uint? objects = null;
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("hcaHandles"u8))
                {
                    handles = (uint)json.Unsigned(uint.MaxValue);
                }
                else if (name.SequenceEqual("hcaObjects"u8))
                {
                    objects = (uint)json.Unsigned(uint.MaxValue);
                }
                else
                {
                    json.Skip();
                }
            }

            // The kernel reads lines of a device and its limits, between white space.
            limits.Add(device.AsSpan().ContainsAny(" \t\n") ? throw json.Error("must be the name of an RDMA device") : device,
                (handles ?? objects) is null ? throw json.Missing("hcaHandles", "an integer, unless hcaObjects is given") : new RdmaLimit(handles, objects));
        }
    }

    static void ReadUnified(ref SpecReader json, Dictionary<string, string> files)
    {
        json.EnterObject();
        while (json.NextEntry(out var file))
        {
            files.Add(file.StartsWith('.') || file.Contains('/') ? throw json.Error("must be the name of a file of cgroup v2, such as memory.high") : file, json.String());
        }
    }
}
