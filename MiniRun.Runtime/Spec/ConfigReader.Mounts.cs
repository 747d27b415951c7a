namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    /// <summary>Each is a dozen steps of a launch.</summary>
    const int MaximumMounts = 1000;

    static List<MountSpec> ReadMounts(ref SpecReader json)
    {
        var mounts = new List<MountSpec>();
        json.EnterArray();
        while (json.NextItem())
        {
            mounts.Add(mounts.Count < MaximumMounts ? ReadMount(ref json) : throw json.Error($"is one mount too many: there may be {MaximumMounts}"));
        }

        return mounts;
    }

    static MountSpec ReadMount(ref SpecReader json)
    {
        var mount = new MountSpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("destination"u8):
                    mount.Destination = ReadDestination(ref json);
                    break;
                case var _ when name.SequenceEqual("type"u8):
                    mount.Type = json.String();
                    break;
                case var _ when name.SequenceEqual("source"u8):
                    mount.Source = json.String();
                    break;
                case var _ when name.SequenceEqual("options"u8):
                    mount.Options = json.Strings();
                    break;
                case var _ when name.SequenceEqual("uidMappings"u8):
                    mount.UidMappings = ReadMappings(ref json);
                    break;
                case var _ when name.SequenceEqual("gidMappings"u8):
                    mount.GidMappings = ReadMappings(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(ref json, mount.Destination.Length > 0, "destination", "a path in the container");
        Require(ref json, mount.GidMappings.Count > 0 || mount.UidMappings.Count == 0, "gidMappings", "given together with uidMappings");
        Require(ref json, mount.UidMappings.Count > 0 || mount.GidMappings.Count == 0, "uidMappings", "given together with gidMappings");
        return mount;
    }

    static string ReadDestination(ref SpecReader json)
    {
        var path = json.String();
        return path.Length == 0 ? throw json.Error("must be a path in the container")
            : HasName(path, "..") ? throw json.Error("must not contain \"..\"")
            : path.StartsWith('/') ? path : "/" + path;
    }
}
