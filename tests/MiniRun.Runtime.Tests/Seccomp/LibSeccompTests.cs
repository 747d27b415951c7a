using CsCheck;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;
using Processor = System.Runtime.InteropServices.Architecture;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>runc's library as the oracle, over more profiles and calls than containers could be run for.</summary>
[Trait("Category", "Integration")]
public sealed class LibSeccompTests
{
    [Theory]
    [InlineData(nameof(SyscallAbi.X64), "SCMP_ARCH_X86_64")]
    [InlineData(nameof(SyscallAbi.X32), "SCMP_ARCH_X32")]
    [InlineData(nameof(SyscallAbi.I386), "SCMP_ARCH_X86")]
    [InlineData(nameof(SyscallAbi.Arm64), "SCMP_ARCH_AARCH64")]
    [InlineData(nameof(SyscallAbi.Arm), "SCMP_ARCH_ARM")]
    public void Every_call_that_the_library_knows_has_the_same_number_here(string abi, string architecture)
    {
        var table = SyscallTable.Of(Enum.Parse<SyscallAbi>(abi));
        var compared = 0;
        foreach (var name in SyscallTable.AllNames().Distinct().Where(LibSeccomp.Knows))
        {
            var number = LibSeccomp.Number(architecture, name);
            // i386's sockets and IPC have no number for the library, which also reaches them by others; and it is not the newest.
            if (number >= 0 || (abi != nameof(SyscallAbi.I386) && table.TryGetValue(name, out var known) && (known & 0xFFFF) < 450))
            {
                Assert.True(table.TryGetValue(name, out var own) && own == (uint)number, $"{name} is {number}, not {own}");
                compared++;
            }
        }

        Assert.True(compared > 280, $"only {compared} calls were compared");
    }

    [Fact]
    public void A_program_decides_every_call_as_the_librarys_does()
    {
        Gen.Select(RandomProfiles.Spec, RandomProfiles.Call.Array[200]).Sample(
            (random, calls) =>
            {
                var spec = Comparable(random);
                var program = spec.Compile().Instructions;
                var library = LibSeccomp.Compile(spec);
                Assert.NotNull(library);
                foreach (var call in calls)
                {
                    var expected = LibSeccomp.Before(spec, call) ?? BpfInterpreter.Run(library, call).Result;
                    var own = BpfInterpreter.Run(program, call).Result;
                    if (own != expected)
                    {
                        Assert.Fail($"{call} gives {own:x}, with libseccomp {expected:x}, by {Profiles.Describe(spec)}");
                    }
                }
            },
            iter: 2_000,
            threads: 1);
    }

    [Fact]
    public void Rules_of_one_call_that_meet_are_tried_in_the_librarys_order()
    {
        // Of one argument each, so that several are rules of their own: after the second of a rule the library goes on with
        // the wrong argument in its accumulator.
        var condition = Gen.Select(Gen.ULong[0, 6], Gen.Enum<SeccompOperator>()).Select((value, comparison) => new SeccompCondition(0, value, value & 2, comparison));
        var rule = Gen.Select(Gen.UInt[0, 2], condition.Array[1, 3], Gen.UInt[2, 5])
            .Select((index, conditions, errno) => new SeccompRule(["read"], SeccompAction.Errno, errno, [.. conditions.Select(one => one with { Index = index })]));
        var (compared, refused) = (0, 0);
        rule.Array[2, 4].Sample(
            rules =>
            {
                var spec = Profiles.Of(SeccompAction.Allow, rules);
                spec.Architectures = ["SCMP_ARCH_X86"];
                if (LibSeccomp.Compile(spec) is not { } library)
                {
                    refused++;
                    return;
                }

                compared++;
                var program = spec.Compile().Instructions.ToArray();
                for (var arguments = 0U; arguments < 512; arguments++)
                {
                    var call = new Call(Call.I386, 3, arguments % 8, arguments / 8 % 8, arguments / 64);
                    var (own, expected) = (BpfInterpreter.Run(program, call).Result, BpfInterpreter.Run(library, call).Result);
                    if (own != expected)
                    {
                        Assert.Fail($"{call} gives {own:x}, with libseccomp {expected:x}, by {Profiles.Describe(spec)} {Convert.ToHexString(library)}");
                    }
                }
            },
            iter: 1_000,
            threads: 1);
        Assert.True(compared > refused, $"the library refuses {refused} profiles and takes {compared}");
    }

    [Fact]
    public void The_default_profile_is_to_every_call_what_it_is_with_the_library()
    {
        var profile = DefaultProfile.For(0, Processor.X64);
        // Linux gave x32 its shadow stacks later than the library's table says.
        profile.Rules = [.. profile.Rules.Select(rule => rule with { Names = [.. rule.Names.Where(name => LibSeccomp.Knows(name) && name != "map_shadow_stack")] })];
        var program = profile.Compile().Instructions;
        var library = LibSeccomp.Compile(profile);
        Assert.NotNull(library);
        ulong[] arguments = [.. Enumerable.Range(0, 48).Select(number => (ulong)number), .. Enumerable.Range(6, 58).Select(bit => 1UL << bit), 0x20008, uint.MaxValue, ulong.MaxValue];
        foreach (var architecture in (uint[])[Call.X64, Call.I386, Call.Arm64])
        {
            for (var number = 0U; number < 600; number++)
            {
                foreach (var one in (uint[])[number, number | Call.X32, number | 0x80000000])
                {
                    // Most verdicts depend on nothing: then one argument is as good as all.
                    foreach (var argument in BpfInterpreter.Constant(program, architecture, one) is null || BpfInterpreter.Constant(library, architecture, one) is null ? arguments : [0])
                    {
                        var call = new Call(architecture, one, argument, 1);
                        var expected = LibSeccomp.Before(profile, call) ?? BpfInterpreter.Run(library, call).Result;
                        var own = BpfInterpreter.Run(program, call).Result;
                        if (own != expected)
                        {
                            Assert.Fail($"{call} gives {own:x}, with libseccomp {expected:x}");
                        }
                    }
                }
            }
        }
    }

    /// <summary>Without what only one side can do (numbers of other processors, calls that the library is too old for),
    /// and without what the library does wrong: where it joins the trees of rules it may go on for ever, and where several
    /// architectures share a test it may compare with what is not loaded. So there are conditions only for x86-64 alone.</summary>
    static SeccompSpec Comparable(SeccompSpec spec)
    {
        var trees = new HashSet<string>();
        var isMixed = spec.Architectures.Exists(name => name is "SCMP_ARCH_X86" or "SCMP_ARCH_X32");
        return new SeccompSpec
        {
            DefaultAction = spec.DefaultAction,
            Architectures = [.. spec.Architectures.Where(name => name is "SCMP_ARCH_X86_64" or "SCMP_ARCH_X86" or "SCMP_ARCH_X32")],
            Rules =
            [
                .. spec.Rules.SelectMany(rule => rule.Names.Distinct().Where(name => LibSeccomp.Knows(name) && trees.Add(Tree(name)))
                    .Select(name => rule with { Names = [name], Errno = rule.Errno == 4095 ? 4094 : rule.Errno, Conditions = [.. isMixed ? [] : rule.Conditions.DistinctBy(one => one.Index)] })),
            ],
        };
    }

    /// <summary>What i386 reaches through one call shares its tree.</summary>
    static string Tree(string name) => name switch
    {
        "socket" or "connect" or "recvmmsg" => "socketcall",
        "semop" or "shmctl" => "ipc",
        _ => name,
    };
}
