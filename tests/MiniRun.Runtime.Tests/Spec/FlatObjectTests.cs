using System.Text;
using System.Text.Json;
using CsCheck;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class FlatObjectTests
{
    [Fact]
    public void Scalars_are_kept_and_everything_else_is_passed_over()
    {
        var flat = FlatObject.Read("""{"text":"a\nb","number":-7,"yes":true,"no":false,"null":null,"list":[1,{"x":2}],"object":{"text":"inner"},"real":1.5}"""u8);
        Assert.Equal("a\nb", flat.Text("text"));
        Assert.Equal(-7, flat.Number("number"));
        Assert.True(flat.Flag("yes"));
        Assert.False(flat.Flag("no"));
        Assert.All((string[])["null", "list", "object", "real", "x"], name => Assert.False(flat.Has(name)));
    }

    [Theory]
    [InlineData("""{"a":7}""")]
    [InlineData("{}")]
    public void A_field_of_another_type_or_none_is_named(string document)
    {
        var error = Assert.Throws<SpecException>(() => FlatObject.Read(Encoding.UTF8.GetBytes(document)).Text("a"));
        Assert.Equal("$.a: must be a string", error.Message);
    }

    [Theory]
    [InlineData("2147483647", 2147483647)]
    [InlineData("-2147483648", -2147483648)]
    [InlineData("2147483648", null)]
    [InlineData("-2147483649", null)]
    public void A_small_number_has_32_bits(string number, int? value)
    {
        var flat = FlatObject.Read(Encoding.UTF8.GetBytes($"{{\"pid\":{number}}}"));
        if (value is null)
        {
            Assert.Equal("$.pid", Assert.Throws<SpecException>(() => flat.SmallNumber("pid")).Path);
        }
        else
        {
            Assert.Equal(value, flat.SmallNumber("pid"));
        }
    }

    [Fact]
    public void Numbers_and_flags_are_not_taken_for_each_other()
    {
        var flat = FlatObject.Read("""{"one":1,"true":true}"""u8);
        Assert.Throws<SpecException>(() => flat.Flag("one"));
        Assert.Throws<SpecException>(() => flat.Number("true"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1}{}")]
    [InlineData("{\"a\":\"\\u0000\"}")]
    public void What_is_no_object_is_refused(string document) =>
        Assert.Throws<SpecException>(() => FlatObject.Read(Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void What_was_written_is_read_back() => Gen.Dictionary(Gen.String[Gen.Char['a', 'z'], 1, 9], Gen.String[Gen.Char[' ', '\ud7ff'], 0, 20])[0, 9].Sample(fields =>
    {
        var flat = FlatObject.Read(JsonSerializer.SerializeToUtf8Bytes(fields));
        Assert.All(fields, field => Assert.Equal(field.Value, flat.Text(field.Key)));
    });

    [Fact]
    public void The_writer_writes_what_any_reader_reads() => Gen.Select(Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 400], Gen.Long, Gen.Bool).Sample((text, number, flag) =>
    {
        var written = new FlatObjectWriter().Add("text", text).Add("number", number).Add("a \"name\"\n", flag).Finish();
        var flat = FlatObject.Read(written);
        Assert.Equal((text, number, flag), (flat.Text("text"), flat.Number("number"), flat.Flag("a \"name\"\n")));
        using var document = JsonDocument.Parse(written);
        Assert.Equal(text, document.RootElement.GetProperty("text").GetString());
    });

    [Fact]
    public void Nothing_is_written_as_an_empty_object() => Assert.Equal("{}"u8, new FlatObjectWriter().Finish());

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        try
        {
            FlatObject.Read(bytes);
        }
        catch (SpecException)
        {
        }
    });
}
