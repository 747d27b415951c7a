using CsCheck;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class DeviceProgramTests
{
    const uint Block = 1;
    const uint Character = 2;

    static readonly DeviceRule DenyAll = new(false, 'a', null, null, "rwm");

    static readonly Gen<long?> Numbers = Gen.OneOf(Gen.Const((long?)null), Gen.Long[0, 3].Select(n => (long?)n), Any<long?>(-1, 4294967295, 4294967296, 2147483648));

    static readonly Gen<DeviceRule> Rules = Gen.Select(
        Gen.Bool, Any('a', 'b', 'c'), Numbers, Numbers, Any("r", "w", "m", "rw", "wm", "rwm", "rwm", ""),
        (isAllowed, type, major, minor, access) => new DeviceRule(isAllowed, type, major, minor, access));

    static readonly Gen<(uint Access, uint Type, uint Major, uint Minor)> Requests = Gen.Select(
        Gen.UInt[1, 7], Gen.UInt[Block, Character], Gen.OneOf(Gen.UInt[0, 4], Any(4294967295u, 2147483648u, 1u, 5u, 136u)), Gen.OneOf(Gen.UInt[0, 9], Any(4294967295u, 2147483648u)));

    [Fact]
    public void The_program_answers_as_the_rules_do() => Gen.Select(Rules.List[0, 12], Requests.Array[1, 20]).Sample((rules, requests) =>
    {
        var program = DeviceProgram.Compile(DeviceRules.Effective(rules));
        foreach (var (access, type, major, minor) in requests)
        {
            Assert.Equal(Evaluate(rules, access, type, major, minor), BpfInterpreter.Allows(program, access, type, major, minor));
        }
    });

    [Fact]
    [Trait("Category", "Integration")]
    public void The_kernel_takes_every_program() => Rules.List[0, 12].Sample(
        rules => Bpf.LoadDeviceFilter(DeviceProgram.Compile(DeviceRules.Effective(rules)), DeviceProgram.Name).Dispose(), iter: 300);

    [Theory]
    [InlineData(DeviceAccess.Read, Character, 1, 3, true)]
    [InlineData(DeviceAccess.All, Character, 1, 9, true)]
    [InlineData(DeviceAccess.All, Character, 5, 2, true)]
    [InlineData(DeviceAccess.Write, Character, 136, 77, true)]
    [InlineData(DeviceAccess.MakeNode, Block, 8, 0, true)]
    [InlineData(DeviceAccess.MakeNode, Character, 10, 229, true)]
    [InlineData(DeviceAccess.Read, Block, 8, 0, false)]
    [InlineData(DeviceAccess.Read | DeviceAccess.MakeNode, Block, 8, 0, false)]
    [InlineData(DeviceAccess.Read, Character, 1, 1, false)]
    [InlineData(DeviceAccess.Write, Character, 5, 1, false)]
    internal void Without_rules_of_its_own_a_container_has_what_every_program_needs(DeviceAccess access, uint type, uint major, uint minor, bool isAllowed) =>
        Assert.Equal(isAllowed, BpfInterpreter.Allows(DeviceProgram.Compile(DeviceRules.Effective([DenyAll])), (uint)access, type, major, minor));

    [Fact]
    public void The_last_rule_that_fits_decides()
    {
        var program = DeviceProgram.Compile(DeviceRules.Effective([DenyAll, new(true, 'c', 10, null, "rw"), new(false, 'c', 10, 229, "w"), new(true, 'c', 10, 229, "m")]));
        Assert.True(BpfInterpreter.Allows(program, (uint)(DeviceAccess.Read | DeviceAccess.Write), Character, 10, 228));
        Assert.True(BpfInterpreter.Allows(program, (uint)DeviceAccess.Read, Character, 10, 229));
        Assert.False(BpfInterpreter.Allows(program, (uint)(DeviceAccess.Read | DeviceAccess.Write), Character, 10, 229));
    }

    [Fact]
    public void What_one_rule_lets_read_and_another_write_may_be_opened_for_both()
    {
        var program = DeviceProgram.Compile(DeviceRules.Effective([DenyAll, new(true, 'b', 8, null, "r"), new(true, 'b', null, 0, "w")]));
        Assert.True(BpfInterpreter.Allows(program, (uint)(DeviceAccess.Read | DeviceAccess.Write), Block, 8, 0));
        Assert.False(BpfInterpreter.Allows(program, (uint)(DeviceAccess.Read | DeviceAccess.Write), Block, 8, 1));
    }

    [Fact]
    public void A_rule_for_everything_makes_those_before_it_pointless()
    {
        var effective = DeviceRules.Effective([new(true, 'c', 1, 1, "r"), DenyAll, new(true, 'b', 8, 0, "r")]);
        Assert.Equal([1, 2], effective.Select(r => r.Index).Where(i => i >= 0));
        Assert.False(DeviceRules.AllowEverything(effective));
        Assert.True(DeviceRules.AllowEverything(DeviceRules.Effective([DenyAll, new(true, 'a', null, null, "mrw")])));
        Assert.False(DeviceRules.AllowEverything(DeviceRules.Effective([new(true, 'a', null, null, "rw")])));
        Assert.False(DeviceRules.AllowEverything(DeviceRules.Effective([new(true, 'a', null, null, "rwm"), new(false, 'b', 8, 0, "r")])));
    }

    /// <summary>Each of the things asked for is decided by the last rule that fits it; none means no.</summary>
    static bool Evaluate(List<DeviceRule> rules, uint access, uint type, uint major, uint minor)
    {
        var all = rules.Select(r => r with { Major = r.Major == -1 ? null : r.Major, Minor = r.Minor == -1 ? null : r.Minor })
            .Concat(DeviceRules.Effective([]).Select(r => r.Rule)).Reverse().ToList();
        return ((char Letter, uint Bit)[])[('m', 1), ('r', 2), ('w', 4)] is var letters && letters.Where(l => (access & l.Bit) != 0).All(l => all.Find(rule =>
            (rule.Type == 'a' || rule.Type == (type == Block ? 'b' : 'c')) && rule.Access.Contains(l.Letter, StringComparison.Ordinal)
            && (rule.Major is null || rule.Major == major) && (rule.Minor is null || rule.Minor == minor)).Allow);
    }

    static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
