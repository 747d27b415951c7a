using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;
using Processor = System.Runtime.InteropServices.Architecture;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>Profiles and rules in few words.</summary>
static class Profiles
{
    public static SeccompSpec Of(SeccompAction otherwise, params SeccompRule[] rules) =>
        new() { DefaultAction = otherwise, Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], Rules = [.. rules] };

    public static SeccompRule Allow(params string[] names) => new(names, SeccompAction.Allow, null, []);

    public static SeccompRule Fail(string name, uint? errno = null) => new([name], SeccompAction.Errno, errno, []);

    public static SeccompRule When(this SeccompRule rule, uint index, SeccompOperator comparison, ulong value, ulong second = 0) =>
        rule with { Conditions = [.. rule.Conditions, new SeccompCondition(index, value, second, comparison)] };

    public static SeccompProgram Compile(this SeccompSpec spec, Processor processor = Processor.X64) =>
        SeccompCompiler.Compile(spec, processor, out _);

    public static uint Run(this SeccompProgram program, Call call) => BpfInterpreter.Run(program.Instructions, call).Result;

    public static uint Run(this SeccompSpec spec, Call call) => spec.Compile().Run(call);

    /// <summary>For messages: a profile as somebody would write it down.</summary>
    public static string Describe(SeccompSpec spec) =>
        $"{spec.DefaultAction}({spec.DefaultErrno}) {string.Join(' ', spec.Architectures)}\n"
        + string.Join('\n', spec.Rules.Select(rule => $"  {string.Join(' ', rule.Names)}: {rule.Action}({rule.Errno}) {string.Join(" && ", rule.Conditions.Select(Describe))}"));

    static string Describe(SeccompCondition condition) =>
        $"{condition.Index} {condition.Operator} 0x{condition.Value:x}{(condition.Operator is SeccompOperator.MaskedEqual ? $"=0x{condition.SecondValue:x}" : "")}";
}
