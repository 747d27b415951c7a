namespace MiniRun.Runtime.Spec;

/// <summary>Reads config.json. Unknown properties are ignored, as the specification demands; a property of null is one
/// that is absent; whatever else cannot be used is an error that names the field.</summary>
static partial class ConfigReader
{
    public const string OldestVersion = "1.0.0";

    /// <summary>Of the versions that this runtime knows; later patches of it are read too.</summary>
    public const string NewestVersion = "1.3.0";

    /// <summary>UTSNAME_LEN: sethostname(2) takes no more.</summary>
    const int MaximumHostName = 64;

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
                    config.OciVersion = ReadVersion(ref json);
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
                    config.Hostname = ReadHostName(ref json);
                    break;
                case var _ when name.SequenceEqual("domainname"u8):
                    config.Domainname = ReadHostName(ref json);
                    break;
                case var _ when name.SequenceEqual("mounts"u8):
                    config.Mounts = ReadMounts(ref json);
                    break;
                case var _ when name.SequenceEqual("hooks"u8):
                    config.Hooks = ReadHooks(ref json);
                    break;
                case var _ when name.SequenceEqual("annotations"u8):
                    ReadTexts(ref json, config.Annotations);
                    break;
                case var _ when name.SequenceEqual("linux"u8):
                    config.Linux = ReadLinux(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        json.End();
        Require(ref json, config.OciVersion.Length > 0, "ociVersion", $"a version from {OldestVersion} to 1.3.x");
        Require(ref json, hasProcess, "process", "an object that says what to run");
        Require(ref json, hasRoot, "root", "an object that says where the root filesystem is");
        CheckNames(ref json, config);
        config.Warnings = json.Warnings;
        return config;
    }

    static string ReadVersion(ref SpecReader json)
    {
        var version = json.String();
        return IsSupported(version) ? version : throw json.Error($"{SpecReader.Quoted(version)} is not supported; this runtime reads {OldestVersion} to 1.3.x");
    }

    /// <summary>1.0 to 1.3 with any patch, followed by what semver.org calls a pre-release or build.</summary>
    static bool IsSupported(ReadOnlySpan<char> version)
    {
        const int PrefixLength = 4;
        if (version is not ['1', '.', >= '0' and <= '3', '.', >= '0' and <= '9', ..])
        {
            return false;
        }

        var patch = version[PrefixLength..];
        var end = patch.IndexOfAny('-', '+');
        return !(end < 0 ? patch : patch[..end]).ContainsAnyExceptInRange('0', '9');
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

        Require(ref json, root.Path.Length > 0, "path", "the path of the root filesystem, absolute or relative to the bundle");
        return root;
    }

    /// <summary>Null for an empty one, which asks for nothing.</summary>
    static string? ReadHostName(ref SpecReader json)
    {
        var name = json.String();
        return System.Text.Encoding.UTF8.GetByteCount(name) > MaximumHostName ? throw json.Error($"must be {MaximumHostName} bytes or shorter")
            : name.Length == 0 ? null : name;
    }

    /// <summary>A name that is set to two values has no right one.</summary>
    static void CheckNames(ref SpecReader json, RuntimeConfig config)
    {
        if (config.Hostname is { } host && config.Linux.Sysctl.TryGetValue(SysctlName.HostName, out var otherHost) && otherHost != host)
        {
            throw json.Error("hostname", $"must be left out where linux.sysctl sets {SysctlName.HostName} to something else");
        }

        if (config.Domainname is { } domain && config.Linux.Sysctl.TryGetValue(SysctlName.DomainName, out var otherDomain) && otherDomain != domain)
        {
            throw json.Error("domainname", $"must be left out where linux.sysctl sets {SysctlName.DomainName} to something else");
        }
    }

    /// <summary>An object of names and strings.</summary>
    static void ReadTexts(ref SpecReader json, Dictionary<string, string> texts)
    {
        json.EnterObject();
        while (json.NextEntry(out var key))
        {
            texts.Add(key, json.String());
        }
    }

    /// <summary>Null for an empty string: programs that cannot leave a property out write that.</summary>
    static string? ReadOptional(ref SpecReader json) => json.String() is { Length: > 0 } text ? text : null;

    static string ReadAbsolutePath(ref SpecReader json)
    {
        var path = json.String();
        return path.StartsWith('/') ? path : throw json.Error("must be an absolute path");
    }

    static List<string> ReadAbsolutePaths(ref SpecReader json)
    {
        var paths = new List<string>();
        json.EnterArray();
        while (json.NextItem())
        {
            paths.Add(ReadAbsolutePath(ref json));
        }

        return paths;
    }

    /// <summary>Whether one of the names in a path is <c>.</c> or <c>..</c>, as asked.</summary>
    static bool HasName(ReadOnlySpan<char> path, string name)
    {
        if (!path.Contains('.'))
        {
            return false;
        }

        foreach (var part in path.Split('/'))
        {
            if (path[part].SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    static void Require(ref SpecReader json, bool isPresent, string name, string what)
    {
        if (!isPresent)
        {
            throw json.Missing(name, what);
        }
    }
}
