using System.Diagnostics;
using System.Text;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>Documents of the greatest size that is read at all, made to keep a reader busy.</summary>
public sealed class HostileConfigTests
{
    const int Size = 4 << 20;

    /// <summary>On an idle machine the slowest takes a tenth of this.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public void Ten_thousand_mounts_are_too_many() => Refused(
        "$.mounts", $"[{string.Join(',', Enumerable.Repeat("""{"destination":"/a"}""", 10_000))}]", "$.mounts[1000]", "is one mount too many: there may be 1000");

    [Fact]
    public void A_thousand_mounts_are_read() => Assert.Equal(1000, ConfigReader.Read(MaximalConfig.Json.With(
        "$.mounts", $"[{string.Join(',', Enumerable.Repeat("""{"destination":"/a"}""", 1000))}]")).Mounts.Count);

    [Fact]
    public void More_groups_than_the_kernel_takes_are_too_many() => Refused(
        "$.process.user.additionalGids", $"[{string.Join(',', Enumerable.Repeat("1", 65537))}]", "$.process.user.additionalGids[65536]", "is one group too many");

    [Fact]
    public void An_object_of_too_many_properties_is_refused() => Refused(
        "$.annotations", $"{{{string.Join(',', Enumerable.Range(0, Size / 16).Select(i => $"\"{i:x8}\":\"\""))}}}", "$.annotations.00001000", "is one property too many: an object may have 4096");

    [Fact]
    public void Many_objects_of_many_properties_are_read_in_bounded_time()
    {
        var item = $$"""{"destination":"/a",{{string.Join(',', Enumerable.Range(0, 4095).Select(i => $"\"{i:x3}\":0"))}}}""";
        var mounts = ConfigReader.Read(Timed(MaximalConfig.Json.With("$.mounts", $"[{string.Join(',', Enumerable.Repeat(item, Size / item.Length))}]"))).Mounts;
        Assert.Equal(Size / item.Length, mounts.Count);
    }

    [Theory]
    [InlineData("$.linux.resources.cpu.cpus")]
    [InlineData("$.process.execCPUAffinity.initial")]
    [InlineData("$.linux.memoryPolicy.nodes")]
    public void A_list_that_goes_on_and_on_is_refused_or_read_in_bounded_time(string path)
    {
        var document = Timed(MaximalConfig.Json.With(path, $"\"{string.Join(',', Enumerable.Repeat("0-1023", Size / 7))}\""));
        try
        {
            ConfigReader.Read(document);
        }
        catch (SpecException e)
        {
            Assert.Equal(path, e.Path);
            Assert.True(e.Message.Length < 300, "the message repeats the document");
        }
    }

    [Fact]
    public void A_document_of_nothing_but_oddities_leaves_a_hundred_warnings() => Assert.Equal(100, ConfigReader.Read(Timed(MaximalConfig.Json.With(
        "$.process.capabilities.bounding", $"[{string.Join(',', Enumerable.Repeat("\"CAP_FLY\"", Size / 10))}]"))).Warnings.Count);

    [Theory]
    [InlineData("[", "]", "$.unknown")]
    [InlineData("{\"a\":", "}", "$.unknown")]
    public void A_document_of_nothing_but_depth_is_refused(string open, string close, string path)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000));
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(Timed(MaximalConfig.Json.Plus("$", $"\"unknown\":{deep}"))));
        Assert.Equal(path, error.Path);
        Assert.Contains("is nested deeper than 32 levels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_megabytes_is_not_repeated_in_the_message()
    {
        Refused("$.ociVersion", $"\"{new string('x', Size)}\"", "$.ociVersion", "xxx...\"");
        Refused("$.linux.rootfsPropagation", $"\"{new string('x', Size)}\"", "$.linux.rootfsPropagation", "xxx...\"");
    }

    [Fact]
    public void A_name_of_megabytes_is_not_repeated_in_the_message()
    {
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(Timed(MaximalConfig.Json.Plus("$.annotations", $"\"{new string('x', Size)}\":1"))));
        Assert.True(error.Message.Length < 300, "the message repeats the document");
    }

    [Fact]
    public void Texts_of_the_document_cannot_begin_a_line_of_their_own()
    {
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(MaximalConfig.Json.With("$.linux.rootfsPropagation", "\"a\\nb\\u001b[31m\\u0085\\u2028\\r\"")));
        Assert.StartsWith("$.linux.rootfsPropagation: is \"a\\u000ab\\u001b[31m\\u0085\\u2028\\u000d\", but must be one of ", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<SpecException>(() => ConfigReader.Read(MaximalConfig.Json.Plus("$.annotations", "\"x\u0085\u2028\":1")));
        Assert.Equal("$.annotations[\"x\\u0085\\u2028\"]", error.Path);
    }

    /// <summary>Fails when reading the document takes too long; it is read once more by the test itself.</summary>
    static byte[] Timed(byte[] document)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            ConfigReader.Read(document);
        }
        catch (SpecException e)
        {
            Assert.DoesNotContain('\n', e.Message);
        }

        Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"{document.Length} bytes took {Stopwatch.GetElapsedTime(start)}");
        return document;
    }

    static void Refused(string path, string json, string named, string problem)
    {
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(Timed(MaximalConfig.Json.With(path, json))));
        Assert.Equal(named, error.Path);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 300, "the message repeats the document");
    }
}
