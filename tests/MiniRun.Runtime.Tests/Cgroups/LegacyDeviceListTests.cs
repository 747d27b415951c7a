using CsCheck;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class LegacyDeviceListTests
{
    static readonly DeviceRule DenyAll = new(false, 'a', null, null, "rwm");
    static readonly DeviceRule AllowAll = new(true, 'a', null, null, "rwm");

    static readonly string[] Own =
        ["b *:* m", "c *:* m", "c 136:* rwm", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm"];

    [Fact]
    public void Without_rules_of_its_own_a_container_has_what_every_program_needs() => Assert.Equal(Own, Lines([DenyAll]));

    [Fact]
    public void Rules_add_and_take_away_in_order() =>
        Assert.Equal(
            ["b 8:0 rm", "b 8:16 m"],
            Lines([DenyAll, new(true, 'b', 8, 0, "rw"), new(false, 'b', 8, null, "w"), new(true, 'b', 8, 16, "w"), new(false, 'b', 8, null, "w"), new(true, 'b', 8, 16, "m")]).Except(Own));

    [Fact]
    public void A_rule_for_a_number_of_any_type_is_for_both() =>
        // The kernel would read "a 10:* r" as everything.
        Assert.Equal(["b 10:* rm", "c 10:* rm"], Lines([DenyAll, new(true, 'a', 10, null, "r")]).Except(Own));

    [Fact]
    public void An_exception_from_a_wider_rule_cannot_be_had()
    {
        var list = LegacyDeviceList.Of(DeviceRules.Effective([DenyAll, new(true, 'c', 10, null, "rwm"), new(false, 'c', 10, 229, "rwm")]));
        Assert.Equal([2], list.Impossible);
        Assert.Contains("c 10:* rwm", list.Exceptions().Select(e => e.Line));
    }

    [Fact]
    public void Everything_but_some_is_a_list_of_those()
    {
        var list = LegacyDeviceList.Of(DeviceRules.Effective([AllowAll, new(false, 'b', 8, null, "rwm"), new(false, 'c', 10, 229, "rwm")]));
        Assert.True(list.AllowsByDefault);
        // Nodes may be made always.
        Assert.Equal(["b 8:* rw", "c 10:229 rw"], list.Exceptions().Select(e => e.Line).Order(StringComparer.Ordinal));
        Assert.Empty(list.Impossible);
    }

    [Fact]
    public void The_kernels_list_is_read()
    {
        var list = LegacyDeviceList.Parse("b *:* m\nc 1:3 rwm\nc 136:* rw\nnonsense\nc\nc 1:3\n\nc : rw");
        Assert.False(list.AllowsByDefault);
        Assert.Equal(["b *:* m", "c 136:* rw", "c 1:3 rwm"], list.Exceptions().Select(e => e.Line).Where(l => l != "c *:* rw").Order(StringComparer.Ordinal));
        Assert.True(LegacyDeviceList.Parse("a *:* rwm\n").AllowsByDefault);
    }

    [Fact]
    public void The_way_from_one_list_to_another_keeps_what_both_have()
    {
        var (from, to) = (LegacyDeviceList.Parse("c 1:3 rwm\nc 1:5 r\nb 8:0 rw\n"), LegacyDeviceList.Parse("c 1:3 rwm\nc 1:5 rw\nb 8:16 r\n"));
        Assert.Equal(["b 8:16 r", "c 1:5 w"], to.Beyond(from).Select(e => e.Line).Order(StringComparer.Ordinal));
        Assert.Equal(["b 8:0 rw"], from.Beyond(to).Select(e => e.Line));
    }

    [Fact]
    public void What_is_written_is_read_back() => Gen.Select(Any('b', 'c'), Gen.Long[0, 300], Any("r", "rw", "rwm", "m"))
        .Select((type, number, access) => new DeviceRule(true, type, number, number % 3 == 0 ? null : number, access)).List[0, 10].Sample(rules =>
        {
            var list = LegacyDeviceList.Of(DeviceRules.Effective([DenyAll, .. rules]));
            var again = LegacyDeviceList.Parse(string.Join('\n', list.Exceptions().Select(e => e.Line)));
            Assert.Empty(list.Beyond(again));
            Assert.Empty(again.Beyond(list));
        });

    static IEnumerable<string> Lines(List<DeviceRule> rules) =>
        LegacyDeviceList.Of(DeviceRules.Effective(rules)).Exceptions().Select(e => e.Line).Order(StringComparer.Ordinal);

    static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
