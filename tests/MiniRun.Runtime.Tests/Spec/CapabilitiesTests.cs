using System.Globalization;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class CapabilitiesTests
{
    [Theory]
    [InlineData("CAP_CHOWN", 0)]
    [InlineData("CAP_SYS_ADMIN", 21)]
    [InlineData("CAP_SETFCAP", 31)]
    [InlineData("CAP_CHECKPOINT_RESTORE", 40)]
    [InlineData("CHOWN", -1)]
    [InlineData("CAP_", -1)]
    [InlineData("cap_chown", -1)]
    [InlineData("", -1)]
    public void Numbers_are_those_of_the_kernel(string name, int number) => Assert.Equal(number, Capabilities.Number(name));

    [Fact]
    public void The_table_ends_where_the_kernels_does() =>
        Assert.True(int.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap"), CultureInfo.InvariantCulture) >= Capabilities.Count - 1);

    [Fact]
    public void A_set_and_its_words_mean_the_same()
    {
        var all = Enumerable.Range(0, Capabilities.Count).Aggregate(0UL, (set, number) => set | (1UL << number));
        var words = Capabilities.InWords(all).ToArray();
        Assert.Equal(Capabilities.Count, words.Distinct().Count());
        Assert.Equal(all, Capabilities.Mask(words));
        Assert.Empty(Capabilities.InWords(0));
    }

    [Fact]
    public void A_number_of_a_newer_kernel_has_no_name() => Assert.Equal(["CAP_CHOWN", "CAP_63"], Capabilities.InWords(1 | (1UL << 63)));

    [Fact]
    public void An_unknown_name_makes_no_mask() => Assert.Throws<ArgumentException>(() => Capabilities.Mask("CAP_KILL", "CAP_FLY"));

    [Theory]
    [InlineData("RLIMIT_CPU", 0)]
    [InlineData("RLIMIT_CORE", 4)]
    [InlineData("RLIMIT_NOFILE", 7)]
    [InlineData("RLIMIT_RTTIME", 15)]
    [InlineData("NOFILE", -1)]
    [InlineData("RLIMIT_NONE", -1)]
    public void Resource_limits_have_the_numbers_of_the_kernel(string name, int number)
    {
        Assert.Equal(number, Rlimits.Number(name));
        if (number >= 0)
        {
            Assert.Equal(name, Rlimits.Name(number));
        }
    }
}
