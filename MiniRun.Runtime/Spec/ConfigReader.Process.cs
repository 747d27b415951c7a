namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    static ProcessSpec ReadProcess(ref SpecReader json)
    {
        var process = new ProcessSpec();
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
                    process.Arguments = json.Strings();
                    break;
                case var _ when name.SequenceEqual("env"u8):
                    process.Environment = ReadEnvironment(ref json);
                    break;
                case var _ when name.SequenceEqual("cwd"u8):
                    process.WorkingDirectory = json.String();
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
                case var _ when name.SequenceEqual("apparmorProfile"u8) || name.SequenceEqual("selinuxLabel"u8):
                    if (json.String().Length > 0)
                    {
                        throw json.Error("is not supported by this version of the runtime; remove it from the configuration");
                    }

                    break;
                case var _ when name.SequenceEqual("scheduler"u8) || name.SequenceEqual("ioPriority"u8) || name.SequenceEqual("execCPUAffinity"u8):
                    RefuseUnlessEmpty(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(process.Arguments.Count > 0 && process.Arguments[0].Length > 0, "$.process.args");
        return process.WorkingDirectory.StartsWith('/')
            ? process
            : throw new SpecException("$.process.cwd", "must be an absolute path");
    }

    static (int Columns, int Rows) ReadConsoleSize(ref SpecReader json)
    {
        var (columns, rows) = (0, 0);
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

        return (columns, rows);
    }

    static UserSpec ReadUser(ref SpecReader json)
    {
        var user = new UserSpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            // 2^32 - 1 means "no change" to the kernel, so it is no user.
            if (name.SequenceEqual("uid"u8))
            {
                user.Uid = (uint)json.Unsigned(uint.MaxValue - 1);
            }
            else if (name.SequenceEqual("gid"u8))
            {
                user.Gid = (uint)json.Unsigned(uint.MaxValue - 1);
            }
            else if (name.SequenceEqual("umask"u8))
            {
                user.Umask = (int)json.Integer(0, 0b111_111_111);
            }
            else if (name.SequenceEqual("additionalGids"u8))
            {
                json.EnterArray();
                while (json.NextItem())
                {
                    user.AdditionalGids.Add((uint)json.Unsigned(uint.MaxValue - 1));
                }
            }
            else
            {
                json.Skip();
            }
        }

        return user;
    }

    static List<string> ReadEnvironment(ref SpecReader json)
    {
        var environment = new List<string>();
        json.EnterArray();
        while (json.NextItem())
        {
            var variable = json.String();
            environment.Add(variable.IndexOf('=') > 0 ? variable : throw json.Error("must be NAME=value"));
        }

        return environment;
    }

    static CapabilitySpec ReadCapabilities(ref SpecReader json)
    {
        var sets = new CapabilitySpec();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("bounding"u8))
            {
                sets.Bounding = ReadSet(ref json);
            }
            else if (name.SequenceEqual("effective"u8))
            {
                sets.Effective = ReadSet(ref json);
            }
            else if (name.SequenceEqual("permitted"u8))
            {
                sets.Permitted = ReadSet(ref json);
            }
            else if (name.SequenceEqual("inheritable"u8))
            {
                sets.Inheritable = ReadSet(ref json);
            }
            else if (name.SequenceEqual("ambient"u8))
            {
                sets.Ambient = ReadSet(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        return sets;
    }

    static ulong ReadSet(ref SpecReader json)
    {
        var set = 0UL;
        json.EnterArray();
        while (json.NextItem())
        {
            var number = Capabilities.Number(json.String());
            set |= number >= 0 ? 1UL << number : throw json.Error("is no capability; use a name such as \"CAP_KILL\"");
        }

        return set;
    }

    static List<RlimitSpec> ReadRlimits(ref SpecReader json)
    {
        var limits = new List<RlimitSpec>();
        json.EnterArray();
        while (json.NextItem())
        {
            var (resource, soft, hard) = (-1, 0UL, 0UL);
            json.EnterObject();
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("type"u8))
                {
                    resource = Rlimits.Number(json.String());
                    if (resource < 0)
                    {
                        throw json.Error("is no resource limit; use a name such as \"RLIMIT_NOFILE\"");
                    }
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

            var path = $"$.process.rlimits[{limits.Count}]";
            Require(resource >= 0, path + ".type");
            limits.Add(soft <= hard
                ? new RlimitSpec(resource, soft, hard)
                : throw new SpecException(path + ".soft", $"must not be above the hard limit {hard}"));
        }

        return limits;
    }
}
