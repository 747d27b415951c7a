using CsCheck;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class NumberListTests
{
    [Theory]
    [InlineData("0", new[] { 1UL })]
    [InlineData("0-3,7", new[] { 0x8FUL })]
    [InlineData("63", new[] { 1UL << 63 })]
    [InlineData("64,0", new[] { 1UL, 1UL })]
    [InlineData("62-65", new[] { 3UL << 62, 3UL })]
    [InlineData("100-100", new[] { 0UL, 1UL << 36 })]
    public void Lists_become_bits(string list, ulong[] mask)
    {
        Assert.Equal(mask, NumberList.ToMask(list, 127));
        Assert.True(NumberList.IsValid(list, 127));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("1,")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("3-1")]
    [InlineData("1-2-3")]
    [InlineData(" 1")]
    [InlineData("1, 2")]
    [InlineData("+1")]
    [InlineData("0x1")]
    [InlineData("all")]
    [InlineData("128")]
    [InlineData("0-128")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_no_list(string list)
    {
        Assert.Null(NumberList.ToMask(list, 127));
        Assert.False(NumberList.IsValid(list, 127));
    }

    [Fact]
    public void Every_number_of_a_list_is_a_bit() => Gen.Int[0, 8191].Array[1, 20].Sample(numbers =>
    {
        var mask = NumberList.ToMask(string.Join(',', numbers), 8191)!;
        Assert.Equal(numbers.Distinct().Order(), Enumerable.Range(0, mask.Length * 64).Where(n => (mask[n / 64] >> (n % 64) & 1) != 0));
        Assert.NotEqual(0UL, mask[^1]);
    });
}
