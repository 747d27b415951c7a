using CsCheck;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class ConfigMutationTests
{
    /// <summary>Bytes that mean something to JSON are likelier to lead somewhere.</summary>
    static readonly byte[] Syntax = [.. "{}[]\",:\\09-.eutfn \0"u8];

    static readonly Gen<byte> Byte = Gen.OneOf(Gen.Int[0, Syntax.Length - 1].Select(i => Syntax[i]), Gen.Byte);

    static readonly Gen<(int Kind, int Position, byte Value)[]> Edits =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, SampleConfig.Bytes.Length - 1], Byte).Array[1, 5];

    [Fact]
    public void A_damaged_document_is_read_or_refused_and_nothing_else() => Edits.Sample(
        edits =>
        {
            var document = Mutate(edits);
            try
            {
                ConfigReader.Read(document);
            }
            catch (SpecException e)
            {
                Assert.StartsWith("$", e.Path, StringComparison.Ordinal);
            }
        },
        iter: 20_000);

    static byte[] Mutate((int Kind, int Position, byte Value)[] edits)
    {
        var bytes = SampleConfig.Bytes.ToList();
        foreach (var (kind, position, value) in edits)
        {
            var at = Math.Min(position, bytes.Count - 1);
            switch (kind)
            {
                case 0:
                    bytes[at] ^= (byte)(1 << (value % 8));
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, value);
                    break;
                default:
                    bytes[at] = value;
                    break;
            }
        }

        return [.. bytes];
    }
}
