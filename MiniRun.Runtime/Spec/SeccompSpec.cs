namespace MiniRun.Runtime.Spec;

/// <summary>config-linux.md, "Seccomp".</summary>
sealed class SeccompSpec
{
    public SeccompAction DefaultAction { get; set; }

    /// <summary>For actions that carry one; null is EPERM.</summary>
    public uint? DefaultErrno { get; set; }

    /// <summary>SCMP_ARCH_*; empty is the processor's own.</summary>
    public List<string> Architectures { get; set; } = [];

    /// <summary>SECCOMP_FILTER_FLAG_*.</summary>
    public List<string> Flags { get; set; } = [];

    /// <summary>The unix socket of a seccomp agent; empty for none.</summary>
    public string ListenerPath { get; set; } = "";

    public string ListenerMetadata { get; set; } = "";

    public List<SeccompRule> Rules { get; set; } = [];
}

/// <summary>One entry of <c>syscalls</c>: the action for calls of these names whose arguments meet every condition.</summary>
sealed record SeccompRule(
    IReadOnlyList<string> Names, SeccompAction Action, uint? Errno, IReadOnlyList<SeccompCondition> Conditions);

/// <param name="Index">Which argument, 0 to 5.</param>
/// <param name="SecondValue">What the masked argument must equal, for <see cref="SeccompOperator.MaskedEqual"/>.</param>
readonly record struct SeccompCondition(uint Index, ulong Value, ulong SecondValue, SeccompOperator Operator);

/// <summary>SCMP_ACT_* of the specification.</summary>
enum SeccompAction
{
    Kill,
    KillProcess,
    KillThread,
    Trap,
    Errno,
    Trace,
    Allow,
    Log,
    Notify,
}

/// <summary>SCMP_CMP_* of the specification.</summary>
enum SeccompOperator
{
    NotEqual,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
    MaskedEqual,
}
