using System.Text;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class SpecReaderTests
{
    [Theory]
    [InlineData("[1, 2, x]", "$[1]")]
    [InlineData("{\"a\": {\"b\": [0, {\"c\": ?}]}}", "$.a.b[1].c")]
    [InlineData("{\"a\": 1 \"b\": 2}", "$.a")]
    [InlineData("{\"a\": tru}", "$.a")]
    public void The_path_of_an_error_is_the_last_value_that_was_reached(string document, string path)
    {
        var error = Assert.Throws<SpecException>(() => Walk(document));
        Assert.Contains("is not valid JSON (line 1, byte ", error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.Path);
    }

    [Theory]
    [InlineData("9223372036854775807", true)]
    [InlineData("-9223372036854775808", true)]
    [InlineData("9223372036854775808", false)]
    [InlineData("1e2", false)]
    [InlineData("1.0", false)]
    public void Integers_have_64_bits(string number, bool fits) => Assert.Equal(fits, Succeeds(number, static json => json.Integer()));

    [Theory]
    [InlineData("18446744073709551615", true)]
    [InlineData("18446744073709551616", false)]
    [InlineData("-1", false)]
    public void Unsigned_integers_have_64_bits(string number, bool fits) => Assert.Equal(fits, Succeeds(number, static json => (long)json.Unsigned()));

    [Fact]
    public void Depth_ends_at_32()
    {
        Walk(new string('[', 32) + new string(']', 32));
        Assert.Throws<SpecException>(() => Walk(new string('[', 33) + new string(']', 33)));
    }

    delegate long Reading(SpecReader json);

    static bool Succeeds(string document, Reading read)
    {
        try
        {
            read(new SpecReader(Encoding.UTF8.GetBytes(document)));
            return true;
        }
        catch (SpecException)
        {
            return false;
        }
    }

    static void Walk(string document)
    {
        var json = new SpecReader(Encoding.UTF8.GetBytes(document));
        WalkValue(ref json, document.Length);
        json.End();
    }

    static void WalkValue(ref SpecReader json, int limit)
    {
        Assert.True(limit > 0);
        if (json.TryScalar(out _))
        {
            return;
        }

        try
        {
            json.EnterObject();
        }
        catch (SpecException)
        {
            json.EnterArray();
            while (json.NextItem())
            {
                WalkValue(ref json, limit - 1);
            }

            return;
        }

        while (json.NextProperty(out _))
        {
            WalkValue(ref json, limit - 1);
        }
    }
}
