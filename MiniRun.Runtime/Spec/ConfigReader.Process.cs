namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    /// <summary>NGROUPS_MAX: setgroups(2) takes no more.</summary>
    const int MaximumGroups = 65536;

    /// <summary>2^32 - 1 means "no change" to the kernel, so it is nobody.</summary>
    const uint MaximumId = uint.MaxValue - 1;

    /// <summary>Reads the object <c>process</c>, wherever it is.</summary>
    public static ProcessSpec ReadProcess(ref SpecReader json)
    {
        var process = new ProcessSpec { WorkingDirectory = "" };
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("terminal"u8):
                    process.Terminal = json.Boolean();
                    break;
                case var _ when name.SequenceEqual("consoleSize"u8):
                    process.ConsoleSize = ReadConsoleSize(ref json);
                    break;
                case var _ when name.SequenceEqual("user"u8):
                    process.User = ReadUser(ref json);
                    break;
                case var _ when name.SequenceEqual("args"u8):
                    process.Arguments = ReadArguments(ref json);
                    break;
                case var _ when name.SequenceEqual("env"u8):
                    process.Environment = ReadEnvironment(ref json);
                    break;
                case var _ when name.SequenceEqual("cwd"u8):
                    process.WorkingDirectory = ReadAbsolutePath(ref json);
                    break;
                case var _ when name.SequenceEqual("capabilities"u8):
                    process.Capabilities = ReadCapabilities(ref json);
                    break;
                case var _ when name.SequenceEqual("rlimits"u8):
                    process.Rlimits = ReadRlimits(ref json);
                    break;
                case var _ when name.SequenceEqual("noNewPrivileges"u8):
                    process.NoNewPrivileges = json.Boolean();
                    break;
                case var _ when name.SequenceEqual("oomScoreAdj"u8):
                    process.OomScoreAdjustment = (int)json.Integer(-1000, 1000);
                    break;
                case var _ when name.SequenceEqual("apparmorProfile"u8):
                    process.AppArmorProfile = json.String();
                    break;
                case var _ when name.SequenceEqual("selinuxLabel"u8):
                    process.SelinuxLabel = json.String();
                    break;
                case var _ when name.SequenceEqual("scheduler"u8):
                    process.Scheduler = ReadScheduler(ref json);
                    break;
                case var _ when name.SequenceEqual("ioPriority"u8):
                    process.IoPriority = ReadIoPriority(ref json);
                    break;
                case var _ when name.SequenceEqual("execCPUAffinity"u8):
                    process.CpuAffinity = ReadAffinity(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(ref json, process.Arguments.Count > 0, "args", "an array with the program, and then its arguments");
        Require(ref json, process.WorkingDirectory.Length > 0, "cwd", "an absolute path in the container");
        return process;
    }

    static List<string> ReadArguments(ref SpecReader json)
    {
        var arguments = json.Strings();
        return arguments is ["", ..] ? throw json.Error("must begin with the program to run, which has no empty name") : arguments;
    }

    static (int Columns, int Rows) ReadConsoleSize(ref SpecReader json)
    {
        int? columns = null;
        int? rows = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("width"u8))
            {
                columns = (int)json.Integer(0, ushort.MaxValue);
            }
            else if (name.SequenceEqual("height"u8))
            {
                rows = (int)json.Integer(0, ushort.MaxValue);
            }
            else
            {
                json.Skip();
            }
        }

        return (columns ?? throw json.Missing("width", "the number of columns"), rows ?? throw json.Missing("height", "the number of rows"));
    }

    static UserSpec ReadUser(ref SpecReader json)
    {
        var user = new UserSpec();
        uint? uid = null;
        uint? gid = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("uid"u8))
            {
                uid = (uint)json.Unsigned(MaximumId);
            }
            else if (name.SequenceEqual("gid"u8))
            {
                gid = (uint)json.Unsigned(MaximumId);
            }
            else if (name.SequenceEqual("umask"u8))
            {
                user.Umask = (int)json.Integer(0, 0b111_111_111);
            }
            else if (name.SequenceEqual("additionalGids"u8))
            {
                ReadGroups(ref json, user.AdditionalGids);
            }
            else
            {
                json.Skip();
            }
        }

        // Without a user at all it is root, as in every runtime; but who names one must not get root by a slip.
        user.Uid = uid ?? throw json.Missing("uid", "a user id");
        user.Gid = gid ?? throw json.Missing("gid", "a group id");
        return user;
    }

    static void ReadGroups(ref SpecReader json, List<uint> groups)
    {
        json.EnterArray();
        while (json.NextItem())
        {
            groups.Add(groups.Count < MaximumGroups ? (uint)json.Unsigned(MaximumId) : throw json.Error($"is one group too many: the kernel takes {MaximumGroups}"));
        }
    }

    static List<string> ReadEnvironment(ref SpecReader json)
    {
        var environment = new List<string>();
        json.EnterArray();
        while (json.NextItem())
        {
            var variable = json.String();
            environment.Add(variable.IndexOf('=') > 0 ? variable : throw json.Error($"is {SpecReader.Quoted(variable)}, but must be NAME=value, or NAME= for an empty value"));
        }

        return environment;
    }
}
