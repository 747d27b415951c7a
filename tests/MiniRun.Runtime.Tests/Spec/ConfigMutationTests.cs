using System.Diagnostics;
using System.Globalization;
using CsCheck;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>Damages the maximal configuration at random, as bytes and as JSON.</summary>
public sealed class ConfigMutationTests
{
    static readonly long Cases = Math.Max(
        1000, (long)(10_000 * double.Parse(Environment.GetEnvironmentVariable("MINIRUN_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture)));

    /// <summary>A document of some kilobytes is read in microseconds: this is for a machine that is busy.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that mean something to JSON are likelier to lead somewhere.</summary>
    static readonly byte[] Syntax = [.. "{}[]\",:\\09-.eutfn \0"u8];

    static readonly JsonText.Place[] Places = [.. MaximalConfig.Json.Places.Where(place => !place.IsRoot)];

    static readonly Gen<byte> Byte = Gen.OneOf(Gen.Int[0, Syntax.Length - 1].Select(i => Syntax[i]), Gen.Byte);

    static readonly Gen<JsonText.Place> Place = Gen.Int[0, Places.Length - 1].Select(i => Places[i]);

    static readonly Gen<(int Kind, int Position, byte Value)> Edit = Gen.Select(Gen.Int[0, 4], Gen.Int[0, MaximalConfig.Json.Bytes.Length - 1], Byte);

    [Fact]
    public void Damaged_bytes_are_read_or_refused_and_nothing_else() => Edit.Array[1, 5].Sample(
        edits => Read(edits.Aggregate(MaximalConfig.Json.Bytes, Damage)), iter: Cases);

    [Fact]
    public void Values_at_the_places_of_others_are_read_or_refused_and_nothing_else() => Gen.Select(Place, Place, Gen.Int[0, 4]).Sample(
        (place, other, kind) => Read(kind switch
        {
            0 => MaximalConfig.Json.With(place, MaximalConfig.Json.Value(other)),
            1 when place.IsProperty => MaximalConfig.Json.Twice(place),
            2 => MaximalConfig.Json.Without(place),
            3 => MaximalConfig.Json.With(place, $"[{MaximalConfig.Json.Value(place)}, {MaximalConfig.Json.Value(other)}]"),
            _ => MaximalConfig.Json.With(place, $"{{\"{place.Path.Split('.')[^1].Trim('"', ']')}\": {MaximalConfig.Json.Value(other)}}}"),
        }),
        iter: Cases);

    static byte[] Damage(byte[] document, (int Kind, int Position, byte Value) edit)
    {
        var at = Math.Min(edit.Position, document.Length - 1);
        var length = Math.Min(edit.Value, document.Length - at);
        switch (edit.Kind)
        {
            case 0:
                document[at] ^= (byte)(1 << (edit.Value % 8));
                return document;
            case 1:
                return [.. document[..at], .. document[(at + length)..]];
            case 2:
                return [.. document[..at], edit.Value, .. document[at..]];
            case 3:
                return [.. document[..(at + length)], .. document[at..]];
            default:
                document[at] = edit.Value;
                return document;
        }
    }

    static void Read(byte[] document)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var config = ConfigReader.Read(document);
            if (config.Linux.SeccompDocument is { } profile)
            {
                SeccompReader.Read(profile);
            }
        }
        catch (SpecException e)
        {
            Assert.StartsWith("$", e.Path, StringComparison.Ordinal);
            Assert.StartsWith(e.Path + ": ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }

        Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "the reading took too long");
    }
}
