using System.Runtime.InteropServices;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>Turns a profile into the program that the kernel runs at every system call, to the effect that runc has with libseccomp.</summary>
/// <remarks>A container's calls are compared with the profile by architecture, then by number through a balanced tree of
/// ranges, and by arguments only at the end: what does not depend on arguments the kernel remembers and decides by a bit map.</remarks>
static class SeccompCompiler
{
    const string Root = "$.linux.seccomp";

    /// <param name="processor">Of the machine that the program is for.</param>
    /// <param name="unknown">Names that no table has, of calls newer than this program; their rules have no effect.</param>
    /// <exception cref="SpecException">The rules contradict each other, or the program would be longer than the kernel takes.</exception>
    public static SeccompProgram Compile(SeccompSpec spec, Architecture processor, out IReadOnlyList<string> unknown)
    {
        var flags = Flags(spec);
        var abis = Abis(spec, processor);
        unknown = AddRules(spec, abis);
        var program = Assemble(spec, abis);
        return program.Length <= ClassicBpf.MaximumLength
            ? new SeccompProgram(program.Finish(), flags)
            : throw new SpecException(
                Root + ".syscalls", $"needs a program of {program.Length} instructions, and the kernel takes {ClassicBpf.MaximumLength}; use fewer rules with args");
    }

    static List<AbiRules> Abis(SeccompSpec spec, Architecture processor)
    {
        var abis = new List<AbiRules> { new(SyscallAbis.Native(processor)) };
        foreach (var name in spec.Architectures)
        {
            if (SyscallAbis.Named(name, processor) is { } abi && !abis.Exists(known => known.Abi == abi))
            {
                abis.Add(new AbiRules(abi));
            }
        }

        return abis;
    }

    /// <returns>Names that nobody knows.</returns>
    static List<string> AddRules(SeccompSpec spec, List<AbiRules> abis)
    {
        var unknown = new List<string>();
        var otherwise = SeccompReturn.Of(spec.DefaultAction, spec.DefaultErrno);
        for (var index = 0; index < spec.Rules.Count; index++)
        {
            var rule = spec.Rules[index];
            var result = SeccompReturn.Of(rule.Action, rule.Errno);
            var alternatives = Alternatives(rule);
            var path = $"{Root}.syscalls[{index}]";
            foreach (var name in rule.Names)
            {
                if (rule.Action is SeccompAction.Notify && name == "write")
                {
                    throw new SpecException(path, "must not ask the agent about \"write\"; no agent could answer while the container is being made");
                }

                if (!abis.Exists(abi => abi.Knows(name)))
                {
                    unknown.Add(name);
                }

                foreach (var abi in abis)
                {
                    abi.Mention(name);
                    foreach (var conditions in result == otherwise ? [] : alternatives)
                    {
                        abi.Add(name, conditions, result, path);
                    }
                }
            }
        }

        return unknown.Count == 0 ? unknown : [.. unknown.Except(SyscallTable.AllNames())];
    }

    /// <summary>The conditions of a rule, all of which must hold; but with two of one argument, each is a rule of its own, as for runc.</summary>
    static IReadOnlyList<IReadOnlyList<SeccompCondition>> Alternatives(SeccompRule rule) =>
        rule.Conditions.DistinctBy(static condition => condition.Index).Count() == rule.Conditions.Count
            ? [rule.Conditions]
            : [.. rule.Conditions.Select(static condition => (IReadOnlyList<SeccompCondition>)[condition])];

    static BpfAssembler Assemble(SeccompSpec spec, List<AbiRules> abis)
    {
        var assembler = new BpfAssembler();
        // What libseccomp does to calls of architectures that the profile does not name.
        var next = assembler.Return(SeccompReturn.KillThread);
        var architectures = abis.GroupBy(static abi => abi.Abi.AuditArchitecture()).ToList();
        // The processor's own architecture is made last, so that it is asked for first.
        architectures.Reverse();
        foreach (var architecture in architectures)
        {
            var tree = new NumberTree(new VerdictMap(spec, [.. architecture]).Ranges(), assembler);
            var start = assembler.Load(ClassicBpf.NumberOffset, tree.Emit());
            next = assembler.JumpIf(ClassicBpf.JumpIfEqual, architecture.Key, start, next);
        }

        assembler.Load(ClassicBpf.ArchitectureOffset, next);
        return assembler;
    }

    static SeccompFlags Flags(SeccompSpec spec)
    {
        var flags = SeccompFlags.None;
        foreach (var name in spec.Flags)
        {
            flags |= name switch
            {
                "SECCOMP_FILTER_FLAG_TSYNC" => SeccompFlags.SynchronizeThreads,
                "SECCOMP_FILTER_FLAG_LOG" => SeccompFlags.Log,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => SeccompFlags.AllowSpeculation,
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => SeccompFlags.WaitKillable,
                _ => throw new SpecException(Root + ".flags", $"\"{name}\" is unknown"),
            };
        }

        if (spec.Rules.Exists(static rule => rule.Action is SeccompAction.Notify))
        {
            flags |= SeccompFlags.NewListener | (flags.HasFlag(SeccompFlags.SynchronizeThreads) ? SeccompFlags.SynchronizeThreadsOrFail : SeccompFlags.None);
        }
        else if (flags.HasFlag(SeccompFlags.WaitKillable))
        {
            throw new SpecException(Root + ".flags", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY");
        }

        return flags;
    }
}
