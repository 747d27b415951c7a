using MiniRun.Cli.Output;

namespace MiniRun.Cli.Tests.Output;

public sealed class TableTests
{
    [Fact]
    public void Control_characters_do_not_reach_the_terminal() =>
        Assert.Equal("A     B\n?[2J  x", Table.Of(["A", "B"], [["\e[2J", "x"]]));

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(59, "59s")]
    [InlineData(3599, "59m 59s")]
    [InlineData(90000, "1d 1h")]
    public void Durations_have_two_units_at_most(int seconds, string text) =>
        Assert.Equal(text, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(812, "812 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(long.MaxValue, "8 EiB")]
    public void Sizes_are_powers_of_1024(long bytes, string text) => Assert.Equal(text, Words.Size(bytes));
}
