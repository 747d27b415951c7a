namespace MiniRun.Runtime.Spec;

/// <summary>Reads config.json. Unknown properties are ignored, as the specification demands; one that asks for
/// isolation which this runtime does not make is an error, never silence.</summary>
static partial class ConfigReader
{
    /// <exception cref="SpecException">A field is missing, of the wrong type or out of range.</exception>
    public static RuntimeConfig Read(ReadOnlySpan<byte> document)
    {
        var json = new SpecReader(document);
        var config = new RuntimeConfig();
        var hasProcess = false;
        var hasRoot = false;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("ociVersion"u8):
                    config.OciVersion = Version(ref json);
                    break;
                case var _ when name.SequenceEqual("process"u8):
                    config.Process = ReadProcess(ref json);
                    hasProcess = true;
                    break;
                case var _ when name.SequenceEqual("root"u8):
                    config.Root = ReadRoot(ref json);
                    hasRoot = true;
                    break;
                case var _ when name.SequenceEqual("hostname"u8):
                    config.Hostname = HostName(ref json);
                    break;
                case var _ when name.SequenceEqual("domainname"u8):
                    config.Domainname = HostName(ref json);
                    break;
                case var _ when name.SequenceEqual("mounts"u8):
                    config.Mounts = ReadMounts(ref json);
                    break;
                case var _ when name.SequenceEqual("linux"u8):
                    config.Linux = ReadLinux(ref json);
                    break;
                case var _ when name.SequenceEqual("hooks"u8):
                    RefuseUnlessEmpty(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        json.End();
        Require(config.OciVersion.Length > 0, "$.ociVersion");
        Require(hasProcess, "$.process");
        Require(hasRoot, "$.root");
        return config;
    }

    static string Version(ref SpecReader json)
    {
        var version = json.String();
        var parts = version.Split('-', '+')[0].Split('.');
        return parts is ["1", "0" or "1" or "2" or "3", var patch] && patch.Length > 0 && patch.All(char.IsAsciiDigit)
            ? version
            : throw json.Error($"\"{version}\" is not supported; this runtime reads 1.0.0 to 1.3.x");
    }

    static RootSpec ReadRoot(ref SpecReader json)
    {
        var root = new RootSpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("path"u8))
            {
                root.Path = json.String();
            }
            else if (name.SequenceEqual("readonly"u8))
            {
                root.ReadOnly = json.Boolean();
            }
            else
            {
                json.Skip();
            }
        }

        Require(root.Path.Length > 0, "$.root.path");
        return root;
    }

    static List<MountSpec> ReadMounts(ref SpecReader json)
    {
        var mounts = new List<MountSpec>();
        json.EnterArray();
        while (json.NextItem())
        {
            var mount = new MountSpec();
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("destination"u8))
                {
                    mount.Destination = json.String();
                    if (!mount.Destination.StartsWith('/') || mount.Destination.Split('/').Contains(".."))
                    {
                        throw json.Error("must be an absolute path without \"..\"");
                    }
                }
                else if (name.SequenceEqual("type"u8))
                {
                    mount.Type = json.String();
                }
                else if (name.SequenceEqual("source"u8))
                {
                    mount.Source = json.String();
                }
                else if (name.SequenceEqual("options"u8))
                {
                    mount.Options = json.Strings();
                }
                else if (name.SequenceEqual("uidMappings"u8) || name.SequenceEqual("gidMappings"u8))
                {
                    RefuseUnlessEmpty(ref json);
                }
                else
                {
                    json.Skip();
                }
            }

            Require(mount.Destination.Length > 0, $"$.mounts[{mounts.Count}].destination");
            mounts.Add(mount);
        }

        return mounts;
    }

    /// <summary>For what this runtime does not apply: absent, null and empty are fine, anything else is refused.</summary>
    static void RefuseUnlessEmpty(ref SpecReader json)
    {
        if (!json.IsEmpty)
        {
            throw json.Error("is not supported by this version of the runtime; remove it from the configuration");
        }

        json.Skip();
    }

    static string HostName(ref SpecReader json)
    {
        var name = json.String();
        return System.Text.Encoding.UTF8.GetByteCount(name) <= 64 ? name : throw json.Error("must be 64 bytes or shorter");
    }

    static void Require(bool present, string path)
    {
        if (!present)
        {
            throw new SpecException(path, "is missing");
        }
    }
}
