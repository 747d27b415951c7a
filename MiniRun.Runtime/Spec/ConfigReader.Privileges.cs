namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    static CapabilitySpec ReadCapabilities(ref SpecReader json)
    {
        var sets = new CapabilitySpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("bounding"u8))
            {
                sets.Bounding = ReadCapabilitySet(ref json);
            }
            else if (name.SequenceEqual("effective"u8))
            {
                sets.Effective = ReadCapabilitySet(ref json);
            }
            else if (name.SequenceEqual("permitted"u8))
            {
                sets.Permitted = ReadCapabilitySet(ref json);
            }
            else if (name.SequenceEqual("inheritable"u8))
            {
                sets.Inheritable = ReadCapabilitySet(ref json);
            }
            else if (name.SequenceEqual("ambient"u8))
            {
                sets.Ambient = ReadCapabilitySet(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        return sets;
    }

    static ulong ReadCapabilitySet(ref SpecReader json)
    {
        var set = 0UL;
        json.EnterArray();
        while (json.NextItem())
        {
            var number = json.Find(Capabilities.All);
            if (number >= 0)
            {
                set |= 1UL << number;
            }
            else
            {
                // What cannot be granted is a warning (config.md, "Linux Process"): the container has less, never more.
                json.Warn($"{SpecReader.Quoted(json.String())} is no capability that this runtime knows, so it is not granted");
            }
        }

        return set;
    }

    static List<RlimitSpec> ReadRlimits(ref SpecReader json)
    {
        var limits = new List<RlimitSpec>();
        var known = 0u;
        json.EnterArray();
        while (json.NextItem())
        {
            var limit = ReadRlimit(ref json);
            if ((known & (1u << limit.Resource)) != 0)
            {
                throw json.Error("type", $"is {Rlimits.Name(limit.Resource)}, which is listed twice");
            }

            known |= 1u << limit.Resource;
            limits.Add(limit);
        }

        return limits;
    }

    static RlimitSpec ReadRlimit(ref SpecReader json)
    {
        int? resource = null;
        ulong? soft = null;
        ulong? hard = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("type"u8))
            {
                resource = json.Choice(Rlimits.All);
            }
            else if (name.SequenceEqual("soft"u8))
            {
                soft = json.Unsigned();
            }
            else if (name.SequenceEqual("hard"u8))
            {
                hard = json.Unsigned();
            }
            else
            {
                json.Skip();
            }
        }

        var limit = new RlimitSpec(
            resource ?? throw json.Missing("type", "a resource, such as \"RLIMIT_NOFILE\""),
            soft ?? throw json.Missing("soft", "the limit that is enforced"),
            hard ?? throw json.Missing("hard", "how far the limit may be raised"));
        return limit.Soft <= limit.Hard ? limit : throw json.Error("soft", $"must not be above the hard limit {limit.Hard}");
    }
}
