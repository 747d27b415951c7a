using System.Buffers;
using System.Text;
using CsCheck;
using MiniRun.Cli.Attach;

namespace MiniRun.Cli.Tests.Attach;

public sealed class DetachKeysTests
{
    [Theory]
    [InlineData(new[] { "abc" }, "abc", false)]
    [InlineData(new[] { "a\x10\x11" }, "a", true)]
    [InlineData(new[] { "a\x10", "\x11zz" }, "a", true)]
    [InlineData(new[] { "\x10" }, "", false)]
    [InlineData(new[] { "\x10", "b" }, "\x10" + "b", false)]
    [InlineData(new[] { "\x10\x10\x11" }, "\x10", true)]
    [InlineData(new[] { "\x11\x10" }, "\x11", false)]
    public void The_two_keys_in_a_row_detach_and_everything_else_is_passed_on(string[] typed, string passed, bool detached)
    {
        var target = new ArrayBufferWriter<byte>();
        var keys = new DetachKeys();
        var last = typed.Select(text => keys.Feed(Encoding.ASCII.GetBytes(text), target)).ToList()[^1];
        Assert.Equal((passed, detached), (Encoding.ASCII.GetString(target.WrittenSpan), last));
    }

    [Fact]
    public void Where_the_input_is_cut_makes_no_difference() =>
        Gen.Select(Gen.Byte[0x0F, 0x12].Array[0, 20], Gen.Int[0, 20]).Sample((typed, cut) =>
        {
            cut = Math.Min(cut, typed.Length);
            var (whole, parts) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            var (one, two) = (new DetachKeys(), new DetachKeys());
            var detached = one.Feed(typed, whole);
            Assert.Equal(detached, two.Feed(typed.AsSpan(0, cut), parts) || two.Feed(typed.AsSpan(cut), parts));
            Assert.Equal(whole.WrittenSpan.ToArray(), parts.WrittenSpan.ToArray());
        });
}
