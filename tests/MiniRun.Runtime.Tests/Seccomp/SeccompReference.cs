using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;
using Processor = System.Runtime.InteropServices.Architecture;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>What a profile says about a call, read off rule by rule, without ranges, trees and halves.</summary>
static class SeccompReference
{
    const uint Kill = 0;
    const uint NoSuchCall = 0x00050026;

    static readonly Dictionary<SyscallAbi, Dictionary<string, uint>> Tables =
        Enum.GetValues<SyscallAbi>().ToDictionary(abi => abi, SyscallTable.Of);

    static readonly Dictionary<string, uint> Sockets = Numbered(
        1, "socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg");

    static readonly Dictionary<string, uint> Ipc = Numbered(1, "semop semget semctl semtimedop")
        .Concat(Numbered(11, "msgsnd msgrcv msgget msgctl")).Concat(Numbered(21, "shmat shmdt shmget shmctl")).ToDictionary();

    /// <returns>Every result that is right; more than one where rules with different results meet.</returns>
    public static HashSet<uint> Evaluate(SeccompSpec spec, Processor processor, Call call)
    {
        var otherwise = Result(spec.DefaultAction, spec.DefaultErrno);
        var named = spec.Architectures.ToHashSet();
        named.Add(processor is Processor.X64 ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64");
        var hides = spec.DefaultAction is not (SeccompAction.Allow or SeccompAction.Log or SeccompAction.Trace);
        if (Abi(call, named, processor) is not { } abi)
        {
            var isSkipped = call is { Architecture: Call.X64, Number: uint.MaxValue } && processor is Processor.X64;
            // A number that is neither one of x32 nor of x86-64 is a new one, as far as new ones are hidden.
            var isNew = call.Architecture == Call.X64 && processor is Processor.X64 && (call.Number & Call.X32) == 0 && hides && Highest(spec, SyscallAbi.X64) > 0;
            return [isSkipped ? otherwise : isNew ? NoSuchCall : Kill];
        }

        var highest = Highest(spec, abi);
        if (hides && highest > 0 && call.Number > highest)
        {
            return [NoSuchCall];
        }

        var rules = spec.Rules.Where(rule => Result(rule.Action, rule.Errno) != otherwise)
            .SelectMany(rule => rule.Names.SelectMany(name => About(rule, name, abi, call))).ToList();
        if (rules.Find(rule => rule.Conditions.Count == 0) is { } always)
        {
            return [Result(always.Action, always.Errno)];
        }

        var results = rules.Where(rule => rule.Conditions.All(condition => Holds(condition, call, abi)))
            .Select(rule => Result(rule.Action, rule.Errno)).ToHashSet();
        return results.Count > 0 ? results : [otherwise];
    }

    /// <summary>The rules that a rule means for this call: none, one, or one for each of its conditions.</summary>
    static IEnumerable<SeccompRule> About(SeccompRule rule, string name, SyscallAbi abi, Call call)
    {
        var through = abi is not SyscallAbi.I386 ? null
            : call.Number == 102 && Sockets.TryGetValue(name, out var number) ? number
            : call.Number == 117 && Ipc.TryGetValue(name, out number) ? number : (uint?)null;
        var isDirect = Tables[abi].TryGetValue(name, out var own) && own == call.Number;
        if (!isDirect && through is null)
        {
            yield break;
        }

        var repeats = rule.Conditions.GroupBy(condition => condition.Index).Any(group => group.Count() > 1);
        foreach (var conditions in repeats ? rule.Conditions.Select(condition => (SeccompCondition[])[condition]) : [[.. rule.Conditions]])
        {
            IEnumerable<SeccompCondition> all = isDirect
                ? conditions
                : conditions.Where(condition => condition.Index != 0).Append(new SeccompCondition(0, through!.Value, 0, SeccompOperator.Equal));
            yield return rule with { Conditions = [.. all.Where(condition => condition.Operator is not SeccompOperator.MaskedEqual || (Width(abi) & condition.Value) != 0)] };
        }
    }

    static SyscallAbi? Abi(Call call, HashSet<string> named, Processor processor) => (call.Architecture, processor) switch
    {
        (Call.X64, Processor.X64) when named.Contains("SCMP_ARCH_X32") => (call.Number & Call.X32) != 0 ? SyscallAbi.X32 : SyscallAbi.X64,
        (Call.X64, Processor.X64) when call.Number < Call.X32 => SyscallAbi.X64,
        (Call.I386, Processor.X64) when named.Contains("SCMP_ARCH_X86") => SyscallAbi.I386,
        (Call.Arm64, Processor.Arm64) => SyscallAbi.Arm64,
        (Call.Arm, Processor.Arm64) when named.Contains("SCMP_ARCH_ARM") => SyscallAbi.Arm,
        _ => null,
    };

    static uint Highest(SeccompSpec spec, SyscallAbi abi) => spec.Rules.SelectMany(rule => rule.Names)
        .Where(name => abi is not SyscallAbi.I386 || !(Sockets.ContainsKey(name) || Ipc.ContainsKey(name)))
        .Select(name => Tables[abi].GetValueOrDefault(name)).DefaultIfEmpty().Max();

    static bool Holds(SeccompCondition condition, Call call, SyscallAbi abi)
    {
        var width = Width(abi);
        var (argument, value) = (call.Arguments[condition.Index] & width, condition.Value & width);
        return condition.Operator switch
        {
            SeccompOperator.NotEqual => argument != value,
            SeccompOperator.Less => argument < value,
            SeccompOperator.LessOrEqual => argument <= value,
            SeccompOperator.Equal => argument == value,
            SeccompOperator.GreaterOrEqual => argument >= value,
            SeccompOperator.Greater => argument > value,
            _ => (argument & value) == (condition.SecondValue & value),
        };
    }

    static ulong Width(SyscallAbi abi) => abi is SyscallAbi.X64 or SyscallAbi.Arm64 ? ulong.MaxValue : uint.MaxValue;

    static uint Result(SeccompAction action, uint? data) => action switch
    {
        SeccompAction.KillProcess => 0x80000000,
        SeccompAction.Trap => 0x00030000,
        SeccompAction.Errno => 0x00050000 | (data ?? 1),
        SeccompAction.Notify => 0x7FC00000,
        SeccompAction.Trace => 0x7FF00000 | (data ?? 1),
        SeccompAction.Log => 0x7FFC0000,
        SeccompAction.Allow => 0x7FFF0000,
        _ => 0,
    };

    static Dictionary<string, uint> Numbered(uint first, string names) =>
        names.Split(' ').Select((name, index) => (name, first + (uint)index)).ToDictionary();
}
