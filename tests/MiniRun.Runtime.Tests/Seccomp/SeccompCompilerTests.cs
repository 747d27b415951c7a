using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;
using Processor = System.Runtime.InteropServices.Architecture;

namespace MiniRun.Runtime.Tests.Seccomp;

public sealed class SeccompCompilerTests
{
    const uint Read = 0;
    const uint Ioctl = 16;

    [Theory]
    [InlineData(nameof(SeccompAction.Kill), null, 0x00000000U)]
    [InlineData(nameof(SeccompAction.KillThread), null, 0x00000000U)]
    [InlineData(nameof(SeccompAction.KillProcess), null, 0x80000000U)]
    [InlineData(nameof(SeccompAction.Trap), null, 0x00030000U)]
    [InlineData(nameof(SeccompAction.Errno), null, 0x00050001U)]
    [InlineData(nameof(SeccompAction.Errno), 0U, 0x00050000U)]
    [InlineData(nameof(SeccompAction.Errno), 38U, 0x00050026U)]
    [InlineData(nameof(SeccompAction.Trace), null, 0x7FF00001U)]
    [InlineData(nameof(SeccompAction.Trace), 65535U, 0x7FF0FFFFU)]
    [InlineData(nameof(SeccompAction.Log), null, 0x7FFC0000U)]
    [InlineData(nameof(SeccompAction.Notify), null, 0x7FC00000U)]
    public void Every_action_is_what_the_kernel_calls_it(string action, uint? errno, uint result)
    {
        var spec = Profiles.Of(SeccompAction.Allow, new SeccompRule(["read"], Enum.Parse<SeccompAction>(action), errno, []));
        Assert.Equal(result, spec.Run(new Call(Call.X64, Read)));
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.X64, Ioctl)));
    }

    [Theory]
    [InlineData(nameof(SeccompOperator.Equal), 0x1_0000_0005UL, new[] { 0x1_0000_0005UL }, new[] { 5UL, 0x1_0000_0004UL, 0x2_0000_0005UL })]
    [InlineData(nameof(SeccompOperator.NotEqual), 5UL, new[] { 4UL, 0x1_0000_0005UL }, new[] { 5UL })]
    [InlineData(nameof(SeccompOperator.Greater), 0x1_0000_0005UL, new[] { 0x1_0000_0006UL, 0x2_0000_0000UL }, new[] { 0x1_0000_0005UL, 6UL, uint.MaxValue })]
    [InlineData(nameof(SeccompOperator.GreaterOrEqual), 0x1_0000_0005UL, new[] { 0x1_0000_0005UL, ulong.MaxValue }, new[] { 0x1_0000_0004UL, 5UL })]
    [InlineData(nameof(SeccompOperator.Less), 0x1_0000_0005UL, new[] { 0x1_0000_0004UL, uint.MaxValue, 0UL }, new[] { 0x1_0000_0005UL, 0x2_0000_0000UL })]
    [InlineData(nameof(SeccompOperator.LessOrEqual), 0x1_0000_0005UL, new[] { 0x1_0000_0005UL, 0UL }, new[] { 0x1_0000_0006UL, ulong.MaxValue })]
    public void Arguments_are_compared_in_all_of_their_64_bits(string comparison, ulong value, ulong[] matching, ulong[] others)
    {
        foreach (var index in (uint[])[0, 5])
        {
            var program = Profiles.Of(SeccompAction.Errno, Profiles.Allow("ioctl").When(index, Enum.Parse<SeccompOperator>(comparison), value)).Compile();
            Assert.All(matching, argument => Assert.Equal(SeccompReturn.Allow, program.Run(With(index, argument))));
            Assert.All(others, argument => Assert.NotEqual(SeccompReturn.Allow, program.Run(With(index, argument))));
        }

        static Call With(uint index, ulong argument) => index == 0 ? new Call(Call.X64, Ioctl, A0: argument) : new Call(Call.X64, Ioctl, A5: argument);
    }

    [Theory]
    [InlineData(0xF0UL, 0x30UL, 0xF_0000_003FUL, true)]
    [InlineData(0xF0UL, 0x30UL, 0x40UL, false)]
    [InlineData(0xFF_0000_0000UL, 0x12_0000_0000UL, 0x12_3456_7890UL, true)]
    [InlineData(0xFF_0000_0000UL, 0x12_0000_0000UL, 0x13_3456_7890UL, false)]
    [InlineData(0xF0UL, 0x3FUL, 0x30UL, true)]
    [InlineData(0UL, 7UL, 123UL, true)]
    public void A_mask_leaves_the_bits_that_count(ulong mask, ulong value, ulong argument, bool matches)
    {
        var spec = Profiles.Of(SeccompAction.Errno, Profiles.Allow("ioctl").When(0, SeccompOperator.MaskedEqual, mask, value));
        Assert.Equal(matches ? SeccompReturn.Allow : 0x00050001U, spec.Run(new Call(Call.X64, Ioctl, argument)));
    }

    [Fact]
    public void Conditions_of_a_rule_must_all_hold_but_those_of_one_argument_are_rules_of_their_own()
    {
        var both = Profiles.Of(SeccompAction.Errno, Profiles.Allow("ioctl").When(0, SeccompOperator.Equal, 1).When(1, SeccompOperator.Equal, 2));
        Assert.Equal(SeccompReturn.Allow, both.Run(new Call(Call.X64, Ioctl, 1, 2)));
        Assert.NotEqual(SeccompReturn.Allow, both.Run(new Call(Call.X64, Ioctl, 1, 3)));
        Assert.NotEqual(SeccompReturn.Allow, both.Run(new Call(Call.X64, Ioctl, 3, 2)));

        var either = Profiles.Of(
            SeccompAction.Errno, Profiles.Allow("ioctl").When(0, SeccompOperator.Equal, 1).When(0, SeccompOperator.Equal, 5).When(1, SeccompOperator.Equal, 2));
        Assert.Equal(SeccompReturn.Allow, either.Run(new Call(Call.X64, Ioctl, 1, 0)));
        Assert.Equal(SeccompReturn.Allow, either.Run(new Call(Call.X64, Ioctl, 5, 0)));
        Assert.Equal(SeccompReturn.Allow, either.Run(new Call(Call.X64, Ioctl, 0, 2)));
        Assert.NotEqual(SeccompReturn.Allow, either.Run(new Call(Call.X64, Ioctl, 0, 0)));
    }

    [Fact]
    public void A_rule_without_conditions_beats_those_with_conditions_and_the_first_one_wins()
    {
        var spec = Profiles.Of(
            SeccompAction.Errno, Profiles.Fail("ioctl", 5).When(0, SeccompOperator.Equal, 1), Profiles.Allow("ioctl"), Profiles.Fail("ioctl", 6),
            Profiles.Fail("ioctl", 7).When(0, SeccompOperator.Equal, 2));
        Assert.Equal([SeccompReturn.Allow], Enumerable.Range(0, 4).Select(first => spec.Run(new Call(Call.X64, Ioctl, (ulong)first))).Distinct());
    }

    [Fact]
    public void A_rule_that_only_says_what_is_the_default_says_nothing()
    {
        var spec = Profiles.Of(SeccompAction.Errno, Profiles.Fail("ioctl", 1), Profiles.Allow("ioctl").When(0, SeccompOperator.Equal, 1));
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.X64, Ioctl, 1)));
    }

    [Fact]
    public void Two_results_under_the_same_conditions_are_an_error_that_names_the_rule()
    {
        var spec = Profiles.Of(
            SeccompAction.Errno, Profiles.Allow("ioctl").When(0, SeccompOperator.Equal, 1).When(1, SeccompOperator.Less, 9),
            Profiles.Fail("ioctl", 5).When(1, SeccompOperator.Less, 9).When(0, SeccompOperator.Equal, 1));
        var error = Assert.Throws<SpecException>(() => spec.Compile());
        Assert.Equal("$.linux.seccomp.syscalls[1]", error.Path);
        Assert.Contains("earlier rule", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_for_some_cases_of_an_earlier_one_has_no_effect_and_one_for_more_comes_after_it()
    {
        var narrow = Profiles.Fail("ioctl", 5).When(0, SeccompOperator.Equal, 1).When(1, SeccompOperator.Equal, 2);
        var broad = Profiles.Allow("ioctl").When(0, SeccompOperator.Equal, 1);
        Assert.Equal(SeccompReturn.Allow, Profiles.Of(SeccompAction.Errno, broad, narrow).Run(new Call(Call.X64, Ioctl, 1, 2)));
        Assert.Equal(0x00050005U, Profiles.Of(SeccompAction.Errno, narrow, broad).Run(new Call(Call.X64, Ioctl, 1, 2)));
        Assert.Equal(SeccompReturn.Allow, Profiles.Of(SeccompAction.Errno, narrow, broad).Run(new Call(Call.X64, Ioctl, 1, 3)));
    }

    [Fact]
    public void Where_rules_meet_the_higher_argument_and_then_the_tighter_condition_decides_whatever_comes_first()
    {
        SeccompRule[] rules =
        [
            Profiles.Fail("ioctl", 11).When(0, SeccompOperator.Greater, 1), Profiles.Fail("ioctl", 12).When(0, SeccompOperator.Greater, 5),
            Profiles.Fail("ioctl", 13).When(0, SeccompOperator.Less, 40), Profiles.Fail("ioctl", 14).When(0, SeccompOperator.Less, 20),
            Profiles.Fail("ioctl", 15).When(0, SeccompOperator.Equal, 7), Profiles.Fail("ioctl", 16).When(1, SeccompOperator.Greater, 0),
        ];
        foreach (var spec in (SeccompSpec[])[Profiles.Of(SeccompAction.Allow, rules), Profiles.Of(SeccompAction.Allow, [.. rules.Reverse()])])
        {
            Assert.Equal((uint[])[15, 14, 13, 12, 12, 16], Calls().Select(call => spec.Run(call) & 0xFFFF));
        }

        static IEnumerable<Call> Calls() =>
        [
            new(Call.X64, Ioctl, 7), new(Call.X64, Ioctl, 10), new(Call.X64, Ioctl, 30), new(Call.X64, Ioctl, 50),
            new(Call.X64, Ioctl, ulong.MaxValue), new(Call.X64, Ioctl, 7, 1),
        ];
    }

    [Fact]
    public void Only_architectures_of_the_profile_and_the_processors_own_may_call()
    {
        var spec = Profiles.Of(SeccompAction.Errno, Profiles.Allow("read"));
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.X64, Read)));
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.I386, 3)));
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.X64, Call.X32 | Read)));
        spec.Architectures = ["SCMP_ARCH_S390X", "SCMP_ARCH_AARCH64"];
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.X64, Read)));
        Assert.Equal(SeccompReturn.KillThread, spec.Run(new Call(Call.I386, 3)));
        Assert.Equal(SeccompReturn.KillThread, spec.Run(new Call(Call.X64, Call.X32 | Read)));
        Assert.Equal(SeccompReturn.KillThread, spec.Run(new Call(Call.Arm64, 63)));
        Assert.Equal(0x00050001U, spec.Run(new Call(Call.X64, uint.MaxValue)));
        Assert.Equal(SeccompReturn.Allow, spec.Compile(Processor.Arm64).Run(new Call(Call.Arm64, 63)));
        Assert.Throws<ArgumentOutOfRangeException>(() => spec.Compile(Processor.S390x));
    }

    [Theory]
    [InlineData(nameof(SeccompAction.Errno), true)]
    [InlineData(nameof(SeccompAction.KillProcess), true)]
    [InlineData(nameof(SeccompAction.Trap), true)]
    [InlineData(nameof(SeccompAction.Allow), false)]
    [InlineData(nameof(SeccompAction.Log), false)]
    [InlineData(nameof(SeccompAction.Trace), false)]
    public void Calls_newer_than_the_profile_do_not_exist_unless_they_are_let_through(string otherwise, bool hidden)
    {
        var spec = Profiles.Of(Enum.Parse<SeccompAction>(otherwise), Profiles.Allow("read", "openat2"), Profiles.Fail("clone3"));
        Assert.Equal(hidden, spec.Run(new Call(Call.X64, 438)) == SeccompReturn.NoSuchCall);
        Assert.Equal(hidden, spec.Run(new Call(Call.I386, 438)) == SeccompReturn.NoSuchCall);
        Assert.NotEqual(SeccompReturn.NoSuchCall, spec.Run(new Call(Call.X64, 436)));
        // Without a name there is nothing to be newer than.
        Assert.NotEqual(SeccompReturn.NoSuchCall, Profiles.Of(Enum.Parse<SeccompAction>(otherwise)).Run(new Call(Call.X64, 438)));
    }

    [Fact]
    public void Sockets_of_i386_are_also_reached_through_socketcall()
    {
        var spec = Profiles.Of(SeccompAction.Errno, Profiles.Allow("connect", "shmat", "openat2"), Profiles.Fail("socket", 97).When(0, SeccompOperator.Equal, 16).When(2, SeccompOperator.Equal, 4));
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.I386, 102, 3)));
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.I386, 362)));
        Assert.Equal(SeccompReturn.Allow, spec.Run(new Call(Call.I386, 117, 21)));
        Assert.Equal(0x00050001U, spec.Run(new Call(Call.I386, 102, 2)));
        // The first argument chooses the call, so that no rule can look at the socket's own.
        Assert.Equal(0x00050061U, spec.Run(new Call(Call.I386, 102, 1, 0, 4)));
        Assert.Equal(0x00050061U, spec.Run(new Call(Call.I386, 359, 16, 0, 4)));
        Assert.Equal(0x00050001U, spec.Run(new Call(Call.I386, 359, 2, 0, 4)));
    }

    [Fact]
    public void Names_that_nobody_knows_are_listed_and_change_nothing()
    {
        var spec = Profiles.Of(SeccompAction.Errno, Profiles.Allow("read", "warp", "riscv_hwprobe", "umount", "set_tls", "warp_drive"));
        var program = SeccompCompiler.Compile(spec, Processor.X64, out var unknown);
        Assert.Equal(["warp", "warp_drive"], unknown);
        Assert.Equal(Profiles.Of(SeccompAction.Errno, Profiles.Allow("read", "umount")).Compile().Instructions, program.Instructions);
    }

    [Fact]
    public void Flags_and_listeners_become_flags_of_the_system_call()
    {
        var spec = Profiles.Of(SeccompAction.Allow, Profiles.Fail("read"));
        Assert.Equal(SeccompFlags.None, spec.Compile().Flags);
        Assert.False(spec.Compile().NeedsListener);
        spec.Flags = ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"];
        Assert.Equal(7, (int)spec.Compile().Flags);
        spec.Rules.Add(new SeccompRule(["mkdir"], SeccompAction.Notify, null, []));
        // The kernel wants to be told what a failure to synchronize looks like when the result is a descriptor.
        Assert.Equal(7 | 8 | 16, (int)spec.Compile().Flags);
        spec.Flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];
        Assert.Equal(32 | 8, (int)spec.Compile().Flags);
        Assert.True(spec.Compile().NeedsListener);
    }

    [Fact]
    public void What_cannot_work_is_an_error_with_its_path()
    {
        var unknown = Profiles.Of(SeccompAction.Allow);
        unknown.Flags = ["SECCOMP_FILTER_FLAG_NEW_LISTENER"];
        Assert.Equal("$.linux.seccomp.flags", Assert.Throws<SpecException>(() => unknown.Compile()).Path);
        unknown.Flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];
        Assert.Equal("$.linux.seccomp.flags", Assert.Throws<SpecException>(() => unknown.Compile()).Path);
        var write = Profiles.Of(SeccompAction.Allow, Profiles.Fail("read"), new SeccompRule(["read", "write"], SeccompAction.Notify, null, []));
        Assert.Equal("$.linux.seccomp.syscalls[1]", Assert.Throws<SpecException>(() => write.Compile()).Path);
    }

    [Fact]
    public void A_program_longer_than_the_kernel_takes_is_an_error_and_one_just_short_of_it_has_long_jumps_that_work()
    {
        var longest = WithValues(650);
        var program = longest.Compile();
        Assert.InRange(program.Length, 3_500, 4_096);
        Assert.Equal(SeccompReturn.Allow, program.Run(new Call(Call.X64, Ioctl, 649 * 3)));
        Assert.Equal(SeccompReturn.Allow, program.Run(new Call(Call.X64, Ioctl, 0)));
        Assert.Equal(0x00050001U, program.Run(new Call(Call.X64, Ioctl, 1)));
        Assert.Equal(SeccompReturn.Allow, program.Run(new Call(Call.I386, 54, 649 * 3)));
        Assert.Equal(SeccompReturn.Allow, program.Run(new Call(Call.X64, Read)));
        Assert.Equal(0x00050001U, program.Run(new Call(Call.X64, Read + 1)));
        var error = Assert.Throws<SpecException>(() => WithValues(900).Compile());
        Assert.Equal("$.linux.seccomp.syscalls", error.Path);
        Assert.Contains("4096", error.Message, StringComparison.Ordinal);

        static SeccompSpec WithValues(int count)
        {
            var spec = Profiles.Of(SeccompAction.Errno, [Profiles.Allow("read"), .. Enumerable.Range(0, count).Select(value => Profiles.Allow("ioctl").When(0, SeccompOperator.Equal, (ulong)value * 3))]);
            spec.Architectures.Remove("SCMP_ARCH_X32");
            return spec;
        }
    }

    [Fact]
    public void Calls_with_the_same_conditions_share_their_tests()
    {
        var one = Profiles.Of(SeccompAction.Errno, Profiles.Allow("ioctl").When(0, SeccompOperator.Equal, 1).When(1, SeccompOperator.Greater, 9));
        var many = Profiles.Of(SeccompAction.Errno, one.Rules[0] with { Names = ["ioctl", "read", "mkdir", "rmdir", "openat", "openat2", "mount"] });
        Assert.InRange(many.Compile().Length - one.Compile().Length, 1, 3 * 2 * 8);
    }
}
