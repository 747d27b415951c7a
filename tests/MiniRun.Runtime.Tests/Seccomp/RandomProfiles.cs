using CsCheck;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>Profiles that dwell on what is special, and calls near what they name.</summary>
static class RandomProfiles
{
    /// <summary>Numbers 0 and the highest, x32's own, i386's through another call, calls of one architecture only, and one of nobody.</summary>
    static readonly string[] Names =
    [
        "read", "write", "open", "clone", "personality", "ioctl", "readv", "execveat", "socket", "connect", "recvmmsg", "semop", "shmctl",
        "socketcall", "ipc", "umount", "umount2", "stat64", "set_tls", "breakpoint", "clone3", "openat2", "futex_time64", "memfd_secret", "nonsense",
    ];

    static readonly ulong[] Values =
    [
        0, 1, 2, 5, 7, 0x7E020000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, uint.MaxValue, 0x1_0000_0000, 0x1_0000_0005, 0x5_0000_0001,
        0x7FFFFFFF_FFFFFFFF, ulong.MaxValue - 1, ulong.MaxValue,
    ];

    static readonly Gen<ulong> Value = Gen.OneOf(Gen.OneOf(Values), Gen.ULong);

    static readonly Gen<SeccompCondition> Condition = Gen.Select(Gen.UInt[0, 5], Value, Value, Gen.Enum<SeccompOperator>())
        .Select((index, value, second, comparison) => new SeccompCondition(index % 3 == 2 ? index : index % 2, value, second, comparison));

    static readonly Gen<SeccompAction> Action =
        Gen.OneOf(SeccompAction.Kill, SeccompAction.KillProcess, SeccompAction.KillThread, SeccompAction.Trap, SeccompAction.Errno, SeccompAction.Trace, SeccompAction.Allow, SeccompAction.Log);

    static readonly Gen<SeccompRule> Rule =
        Gen.Select(Gen.OneOf(Names).Array[1, 4], Action, Gen.OneOf<uint?>(null, 0, 1, 38, 4095), Condition.Array[0, 3])
            .Select((names, action, errno, conditions) => new SeccompRule(names, action, action is SeccompAction.Errno or SeccompAction.Trace ? errno : null, conditions));

    public static readonly Gen<SeccompSpec> Spec = Gen.Select(
        Action, Rule.Array[0, 12], Gen.OneOf("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_S390X").Array[0, 6])
        .Select((otherwise, rules, architectures) => new SeccompSpec { DefaultAction = otherwise, Rules = [.. rules], Architectures = [.. architectures.Distinct()] });

    static readonly uint[] Numbers =
    [
        .. Enum.GetValues<SyscallAbi>().SelectMany(abi => Names.Where(SyscallTable.Of(abi).ContainsKey).Select(name => SyscallTable.Of(abi)[name]))
            .SelectMany(number => (uint[])[number - 1, number, number + 1]).Distinct(),
        600, 0x3FFFFFFF, 0x40000000, 0x400003E7, 0x7FFFFFFF, 0x80000000, 0x80000000 + 59, 0xBFFFFFFF, 0xC0000000, uint.MaxValue - 1, uint.MaxValue,
    ];

    public static readonly Gen<Call> Call = Gen.Select(
        Gen.OneOf(Seccomp.Call.X64, Seccomp.Call.I386, Seccomp.Call.Arm64, Seccomp.Call.Arm, 0x1234U), Gen.OneOf(Gen.OneOf(Numbers), Gen.UInt), Value.Array[6])
        .Select((architecture, number, a) => new Call(architecture, number, a[0], a[1], a[2], a[3], a[4], a[5]));
}
