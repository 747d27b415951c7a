namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    const ulong MinimumWeight = 10;
    const ulong MaximumWeight = 1000;

    static BlockIoSpec ReadBlockIo(ref SpecReader json)
    {
        var limits = new BlockIoSpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("weight"u8):
                    limits.Weight = ReadWeight(ref json);
                    break;
                case var _ when name.SequenceEqual("leafWeight"u8):
                    limits.LeafWeight = ReadWeight(ref json);
                    break;
                case var _ when name.SequenceEqual("weightDevice"u8):
                    ReadWeights(ref json, limits.DeviceWeights);
                    break;
                case var _ when name.SequenceEqual("throttleReadBpsDevice"u8):
                    ReadThrottles(ref json, limits.ReadBytes);
                    break;
                case var _ when name.SequenceEqual("throttleWriteBpsDevice"u8):
                    ReadThrottles(ref json, limits.WriteBytes);
                    break;
                case var _ when name.SequenceEqual("throttleReadIOPSDevice"u8):
                    ReadThrottles(ref json, limits.ReadOperations);
                    break;
                case var _ when name.SequenceEqual("throttleWriteIOPSDevice"u8):
                    ReadThrottles(ref json, limits.WriteOperations);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return limits;
    }

    static void ReadWeights(ref SpecReader json, List<DeviceWeight> weights)
    {
        json.EnterArray();
        while (json.NextItem())
        {
            long? major = null;
            long? minor = null;
            ulong? weight = null;
            ulong? leafWeight = null;
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                switch (name)
                {
                    case var _ when name.SequenceEqual("major"u8):
                        major = json.Integer(0, MaximumMajor);
                        break;
                    case var _ when name.SequenceEqual("minor"u8):
                        minor = json.Integer(0, MaximumMinor);
                        break;
                    case var _ when name.SequenceEqual("weight"u8):
                        weight = ReadWeight(ref json);
                        break;
                    case var _ when name.SequenceEqual("leafWeight"u8):
                        leafWeight = ReadWeight(ref json);
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }

            Require(ref json, (weight ?? leafWeight) is not null, "weight", $"an integer from {MinimumWeight} to {MaximumWeight}, unless leafWeight is given");
            weights.Add(new DeviceWeight(KnownMajor(ref json, major), KnownMinor(ref json, minor), weight, leafWeight));
        }
    }

    static void ReadThrottles(ref SpecReader json, List<DeviceThrottle> throttles)
    {
        json.EnterArray();
        while (json.NextItem())
        {
            long? major = null;
            long? minor = null;
            ulong? rate = null;
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("major"u8))
                {
                    major = json.Integer(0, MaximumMajor);
                }
                else if (name.SequenceEqual("minor"u8))
                {
                    minor = json.Integer(0, MaximumMinor);
                }
                else if (name.SequenceEqual("rate"u8))
                {
                    rate = json.Unsigned();
                }
                else
                {
                    json.Skip();
                }
            }

            throttles.Add(new DeviceThrottle(
                KnownMajor(ref json, major), KnownMinor(ref json, minor), rate ?? throw json.Missing("rate", "how much is allowed in a second")));
        }
    }

    static ulong? ReadWeight(ref SpecReader json) => json.Unsigned() switch
    {
        0 => null,
        >= MinimumWeight and <= MaximumWeight and var weight => weight,
        _ => throw json.Error($"must be an integer from {MinimumWeight} to {MaximumWeight}"),
    };

    static long KnownMajor(ref SpecReader json, long? major) => major ?? throw json.Missing("major", "the major number of a block device");

    static long KnownMinor(ref SpecReader json, long? minor) => minor ?? throw json.Missing("minor", "the minor number of a block device");
}
