using System.Text;
using System.Text.Json;
using CsCheck;
using MiniRun.Data.Documents;

namespace MiniRun.Data.Tests.Documents;

public sealed class JsonLayoutTests
{
    static readonly Gen<string> Json = Gen.Recursive<string>((depth, value) => depth > 3
        ? Scalar
        : Gen.Frequency(
            (2, Scalar),
            (1, value.Array[0, 4].Select(items => "[" + string.Join(',', items) + "]")),
            (1, Gen.Select(Text, value).Array[0, 4].Select(members => "{" + string.Join(',', members.Select(m => m.Item1 + ":" + m.Item2)) + "}"))));

    static Gen<string> Text => Gen.String.Select(text => JsonSerializer.Serialize(new string([.. text.Where(c => !char.IsSurrogate(c))])));

    static Gen<string> Scalar => Gen.OneOf(Text, Gen.Int.Select(number => $"{number}"), Special);

    static Gen<string> Special => Gen.Int[0, 4].Select(index => new[] { "true", "null", "1e5", "\"\\\\\"", "\"{ , : }\"" }[index]);

    [Fact]
    public void Laying_out_and_compacting_gives_the_same_bytes() => Json.Sample(json =>
    {
        var compact = Encoding.UTF8.GetBytes(json);
        var indented = JsonLayout.Indent(compact, level: 1);
        Assert.Equal(compact, JsonLayout.Compact(indented));
        using var parsed = JsonDocument.Parse(indented);
    });
}
