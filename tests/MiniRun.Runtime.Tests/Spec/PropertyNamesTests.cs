using System.Text;
using CsCheck;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class PropertyNamesTests
{
    [Theory]
    [InlineData("""{"a":1,"b":2,"a":3}""", "$.a")]
    [InlineData("""{"a":null,"a":null}""", "$.a")]
    [InlineData("""{"b":{"a":1},"c":[{"a":1,"a":2}]}""", "$.c[0].a")]
    [InlineData("""{"long name of property":1,"long name of property":2}""", "$[\"long name of property\"]")]
    [InlineData("""{"abc":1,"\u0061bc":2}""", "$.\\u0061bc")]
    [InlineData("""{"\u0061bc":1,"abc":2}""", "$.abc")]
    [InlineData("""{"\u0061bc":1,"a\u0062c":2}""", "$.a\\u0062c")]
    [InlineData("""{"":1,"":2}""", "$[\"\"]")]
    public void A_name_that_is_there_twice_is_found(string document, string path) =>
        Assert.Equal(path, Assert.Throws<SpecException>(() => Walk(document)).Path);

    [Theory]
    [InlineData("""{"a":{"a":{"a":1}},"b":{"a":2}}""")]
    [InlineData("""[{"a":1},{"a":2}]""")]
    [InlineData("""{"a":1,"A":2,"a ":3,"":4}""")]
    [InlineData("""{"\\u0061":1,"a":2}""")]
    [InlineData("""{"abcdefgh":1,"abcdefgi":2,"abcdefghabcdefgh":3}""")]
    public void Names_of_different_objects_or_letters_are_different(string document) => Walk(document);

    [Fact]
    public void Any_names_are_refused_exactly_when_one_is_there_twice() => Gen.String[Gen.Char["ab\u00e4\"\\"], 0, 3].Array[0, 200].Sample(names =>
    {
        var document = $"{{{string.Join(',', names.Select((name, i) => (i % 2 == 0 ? System.Text.Json.JsonSerializer.Serialize(name) : Escaped(name)) + ":{}"))}}}";
        if (names.Distinct().Count() == names.Length)
        {
            Walk(document);
        }
        else
        {
            Assert.EndsWith("is there twice", Assert.Throws<SpecException>(() => Walk(document)).Message, StringComparison.Ordinal);
        }
    });

    static string Escaped(string name) => $"\"{string.Concat(name.Select(c => $"\\u{(int)c:x4}"))}\"";

    static void Walk(string document)
    {
        var json = new SpecReader(Encoding.UTF8.GetBytes(document));
        Visit(ref json, document[0]);
        json.End();
    }

    static void Visit(ref SpecReader json, char first)
    {
        if (first is '[')
        {
            json.EnterArray();
            while (json.NextItem())
            {
                Visit(ref json, '{');
            }

            return;
        }

        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("c"u8))
            {
                Visit(ref json, '[');
            }
            else if (json.TryScalar(out _))
            {
                continue;
            }
            else
            {
                Visit(ref json, '{');
            }
        }
    }
}
