namespace MiniRun.Runtime.Spec;

/// <summary>What a process asks of the processor and of the memory's places.</summary>
static partial class ConfigReader
{
    const int HighestNode = 1023;

    const int MemoryDefault = 0;
    const int MemoryPreferred = 1;
    const int MemoryBind = 2;
    const int MemoryLocal = 4;
    const int MemoryPreferredMany = 5;

    const int FirstMemoryFlag = 13;
    const uint NumaBalancing = 1 << 13;
    const uint RelativeNodes = 1 << 14;
    const uint StaticNodes = 1 << 15;

    /// <summary>PER_LINUX and PER_LINUX32 of personality(2), by <see cref="PersonalityDomains"/>.</summary>
    static readonly uint[] Personalities = [0, 8];

    static readonly string[] PersonalityDomains = ["LINUX", "LINUX32"];

    /// <summary>By their numbers of set_mempolicy(2).</summary>
    public static readonly string[] MemoryModes =
        ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    /// <summary>By their bits of set_mempolicy(2), which begin with bit 13.</summary>
    public static readonly string[] MemoryFlags = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"];

    static uint ReadPersonality(ref SpecReader json)
    {
        uint? domain = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("domain"u8))
            {
                domain = Personalities[json.Choice(PersonalityDomains)];
            }
            else if (name.SequenceEqual("flags"u8))
            {
                json.EnterArray();
                while (json.NextItem())
                {
                    throw json.Error("must be left out: the specification knows no flag yet");
                }
            }
            else
            {
                json.Skip();
            }
        }

        return domain ?? throw json.Missing("domain", "LINUX or LINUX32");
    }

    static MemoryPolicySpec ReadMemoryPolicy(ref SpecReader json)
    {
        int? mode = null;
        ulong[] nodes = [];
        var flags = 0u;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("mode"u8))
            {
                mode = json.Choice(MemoryModes);
            }
            else if (name.SequenceEqual("nodes"u8))
            {
                nodes = ReadMask(ref json, HighestNode) ?? [];
            }
            else if (name.SequenceEqual("flags"u8))
            {
                flags = ReadFlags(ref json, MemoryFlags) << FirstMemoryFlag;
            }
            else
            {
                json.Skip();
            }
        }

        var policy = new MemoryPolicySpec(mode ?? throw json.Missing("mode", "a policy, such as \"MPOL_BIND\""), nodes, flags);
        CheckMemoryPolicy(ref json, policy);
        return policy;
    }

    /// <summary>The kernel would say EINVAL to all of these, and not which.</summary>
    static void CheckMemoryPolicy(ref SpecReader json, MemoryPolicySpec policy)
    {
        var placesNodes = (policy.Flags & (RelativeNodes | StaticNodes)) != 0;
        switch (policy)
        {
            case { Mode: MemoryDefault or MemoryLocal, Nodes.Length: > 0 }:
                throw json.Error("nodes", $"must be left out for {MemoryModes[policy.Mode]}");
            case { Mode: not (MemoryDefault or MemoryLocal or MemoryPreferred), Nodes: [] }:
                throw json.Missing("nodes", $"a list such as \"0-3,7\" for {MemoryModes[policy.Mode]}");
            case { Flags: var flags } when (flags & RelativeNodes) != 0 && (flags & StaticNodes) != 0:
                throw json.Error("flags", "must not have both MPOL_F_RELATIVE_NODES and MPOL_F_STATIC_NODES");
            case { Nodes: [] } when placesNodes:
                throw json.Error("flags", "must not say what nodes mean where there are none");
            case { Mode: not (MemoryBind or MemoryPreferredMany) } when (policy.Flags & NumaBalancing) != 0:
                throw json.Error("flags", "may have MPOL_F_NUMA_BALANCING for MPOL_BIND and MPOL_PREFERRED_MANY alone");
        }
    }

    static IntelRdtSpec ReadIntelRdt(ref SpecReader json)
    {
        string? closId = null;
        List<string> schemata = [];
        string? cache = null;
        string? bandwidth = null;
        var monitoring = false;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("closID"u8):
                    closId = ReadClosId(ref json);
                    break;
                case var _ when name.SequenceEqual("schemata"u8):
                    json.EnterArray();
                    while (json.NextItem())
                    {
                        schemata.Add(ReadSchema(ref json, "") ?? throw json.Error("must be a line of a schemata file"));
                    }

                    break;
                case var _ when name.SequenceEqual("l3CacheSchema"u8):
                    cache = ReadSchema(ref json, "");
                    break;
                case var _ when name.SequenceEqual("memBwSchema"u8):
                    bandwidth = ReadSchema(ref json, "MB:");
                    break;
                case var _ when name.SequenceEqual("enableMonitoring"u8):
                    monitoring = json.Boolean();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return new IntelRdtSpec(closId, schemata, cache, bandwidth, monitoring);
    }

    /// <summary>The name of a directory of resctrl, or <c>/</c> for its root.</summary>
    static string? ReadClosId(ref SpecReader json)
    {
        var name = ReadOptional(ref json);
        return name is "/" || (name is not ("." or "..") && name?.Contains('/') is not true)
            ? name
            : throw json.Error("must be the name of one directory, or \"/\"");
    }

    static string? ReadSchema(ref SpecReader json, string beginning)
    {
        var schema = ReadOptional(ref json);
        return schema is null ? null
            : schema.Contains('\n') ? throw json.Error("must be a single line")
            : schema.StartsWith(beginning, StringComparison.Ordinal) ? schema : throw json.Error($"must begin with {beginning}");
    }
}
