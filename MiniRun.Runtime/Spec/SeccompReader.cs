namespace MiniRun.Runtime.Spec;

/// <summary>Reads the object <c>seccomp</c> of config.json, which <see cref="ConfigReader"/> keeps as bytes
/// (<see cref="LinuxSpec.SeccompDocument"/>): a start that finds the compiled program by those bytes need not understand them.</summary>
static class SeccompReader
{
    const string Root = "$.linux.seccomp";

    /// <summary>MAX_ERRNO of the kernel: a greater number would not be an error to the program.</summary>
    const uint MaximumErrno = 4095;

    /// <summary>SECCOMP_RET_DATA.</summary>
    const uint MaximumTraceData = ushort.MaxValue;

    const uint LastArgument = 5;

    /// <summary>By <see cref="SeccompAction"/>.</summary>
    public static readonly string[] Actions =
    [
        "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE",
        "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY",
    ];

    /// <summary>By <see cref="SeccompOperator"/>.</summary>
    public static readonly string[] Operators =
    [
        "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ",
    ];

    public static readonly string[] Architectures =
    [
        "SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_X32", "SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64",
        "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
        "SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64",
        "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB",
    ];

    public static readonly string[] Flags =
    [
        "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
    ];

    /// <param name="document">The object <c>seccomp</c> alone; errors carry its path in config.json.</param>
    /// <exception cref="SpecException">A field is missing, of the wrong type or out of range.</exception>
    public static SeccompSpec Read(ReadOnlySpan<byte> document)
    {
        var json = new SpecReader(document, Root);
        var seccomp = new SeccompSpec();
        var hasAction = false;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("defaultAction"u8):
                    seccomp.DefaultAction = (SeccompAction)json.Choice(Actions);
                    hasAction = true;
                    break;
                case var _ when name.SequenceEqual("defaultErrnoRet"u8):
                    seccomp.DefaultErrno = (uint)json.Unsigned(MaximumTraceData);
                    break;
                case var _ when name.SequenceEqual("architectures"u8):
                    seccomp.Architectures = ReadNames(ref json, Architectures);
                    break;
                case var _ when name.SequenceEqual("flags"u8):
                    seccomp.Flags = ReadNames(ref json, Flags);
                    break;
                case var _ when name.SequenceEqual("listenerPath"u8):
                    seccomp.ListenerPath = json.String();
                    break;
                case var _ when name.SequenceEqual("listenerMetadata"u8):
                    seccomp.ListenerMetadata = json.String();
                    break;
                case var _ when name.SequenceEqual("syscalls"u8):
                    ReadRules(ref json, seccomp.Rules);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        json.End();
        if (!hasAction)
        {
            throw json.Missing("defaultAction", "the action for calls that no rule names, such as \"SCMP_ACT_ERRNO\"");
        }

        CheckErrno(ref json, "defaultErrnoRet", seccomp.DefaultAction, seccomp.DefaultErrno);
        CheckListener(ref json, seccomp);
        return seccomp;
    }

    static void ReadRules(ref SpecReader json, List<SeccompRule> rules)
    {
        json.EnterArray();
        while (json.NextItem())
        {
            rules.Add(ReadRule(ref json));
        }
    }

    static SeccompRule ReadRule(ref SpecReader json)
    {
        List<string> names = [];
        SeccompAction? action = null;
        uint? errno = null;
        List<SeccompCondition> conditions = [];
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("names"u8))
            {
                names = ReadCalls(ref json);
            }
            else if (name.SequenceEqual("action"u8))
            {
                action = (SeccompAction)json.Choice(Actions);
            }
            else if (name.SequenceEqual("errnoRet"u8))
            {
                errno = (uint)json.Unsigned(MaximumTraceData);
            }
            else if (name.SequenceEqual("args"u8))
            {
                json.EnterArray();
                while (json.NextItem())
                {
                    conditions.Add(ReadCondition(ref json));
                }
            }
            else
            {
                json.Skip();
            }
        }

        if (names.Count == 0)
        {
            throw json.Missing("names", "an array with the name of a system call at least");
        }

        if (action is not { } known)
        {
            throw json.Missing("action", "the action for these calls, such as \"SCMP_ACT_ALLOW\"");
        }

        CheckErrno(ref json, "errnoRet", known, errno);
        return new SeccompRule(names, known, errno, conditions);
    }

    static List<string> ReadCalls(ref SpecReader json)
    {
        List<string> names = [];
        json.EnterArray();
        while (json.NextItem())
        {
            var name = json.String();
            names.Add(name.Length > 0 ? name : throw json.Error("must be the name of a system call"));
        }

        return names;
    }

    static SeccompCondition ReadCondition(ref SpecReader json)
    {
        uint? index = null;
        ulong? value = null;
        var second = 0UL;
        SeccompOperator? comparison = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("index"u8))
            {
                index = (uint)json.Unsigned(LastArgument);
            }
            else if (name.SequenceEqual("value"u8))
            {
                value = json.Unsigned();
            }
            else if (name.SequenceEqual("valueTwo"u8))
            {
                second = json.Unsigned();
            }
            else if (name.SequenceEqual("op"u8))
            {
                comparison = (SeccompOperator)json.Choice(Operators);
            }
            else
            {
                json.Skip();
            }
        }

        return new SeccompCondition(
            index ?? throw json.Missing("index", "the number of an argument, 0 to 5"),
            value ?? throw json.Missing("value", "what the argument is compared with"),
            second,
            comparison ?? throw json.Missing("op", "the comparison, such as \"SCMP_CMP_EQ\""));
    }

    static List<string> ReadNames(ref SpecReader json, string[] known)
    {
        List<string> names = [];
        json.EnterArray();
        while (json.NextItem())
        {
            names.Add(known[json.Choice(known)]);
        }

        return names;
    }

    static void CheckErrno(ref SpecReader json, string field, SeccompAction action, uint? errno)
    {
        if (errno is null || action is SeccompAction.Trace)
        {
            return;
        }

        if (action is not SeccompAction.Errno)
        {
            throw json.Error(field, $"must be left out: {Actions[(int)action]} carries no error number");
        }

        if (errno > MaximumErrno)
        {
            throw json.Error(field, $"must be an integer from 0 to {MaximumErrno}");
        }
    }

    static void CheckListener(ref SpecReader json, SeccompSpec seccomp)
    {
        // The runtime's own calls would wait for an agent that cannot have the descriptor yet.
        if (seccomp.DefaultAction is SeccompAction.Notify)
        {
            throw json.Error("defaultAction", "must not be SCMP_ACT_NOTIFY; name the calls that the agent decides in syscalls");
        }

        switch (seccomp)
        {
            case { ListenerPath: [not '/', ..] }:
                throw json.Error("listenerPath", "must be an absolute path");
            case { ListenerPath: "", ListenerMetadata.Length: > 0 }:
                throw json.Missing("listenerPath", "the socket of the agent that listenerMetadata is for");
            case { ListenerPath: "" } when seccomp.Rules.Exists(static rule => rule.Action is SeccompAction.Notify):
                throw json.Missing("listenerPath", "the socket of the agent that SCMP_ACT_NOTIFY asks");
        }
    }
}
