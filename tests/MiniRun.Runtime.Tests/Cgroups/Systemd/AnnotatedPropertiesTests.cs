using CsCheck;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

public sealed class AnnotatedPropertiesTests
{
    [Theory]
    [InlineData("CollectMode", "'inactive'", "CollectMode s inactive")]
    [InlineData("CollectMode", " \"inactive\" ", "CollectMode s inactive")]
    [InlineData("SendSIGHUP", "true", "SendSIGHUP b True")]
    [InlineData("SendSIGHUP", "false", "SendSIGHUP b False")]
    [InlineData("KillSignal", "37", "KillSignal i 37")]
    [InlineData("KillSignal", "int32 37", "KillSignal i 37")]
    [InlineData("X", "-1", "X i 4294967295")]
    [InlineData("X", "uint32 4294967295", "X u 4294967295")]
    [InlineData("X", "int64 -5", "X x -5")]
    [InlineData("TimeoutStopUSec", "uint64 5000000", "TimeoutStopUSec t 5000000")]
    [InlineData("TimeoutStopSec", "5", "TimeoutStopUSec t 5000000")]
    [InlineData("TimeoutStopSec", "uint64 5", "TimeoutStopUSec t 5000000")]
    [InlineData("TimeoutStopSec", "1.5", "TimeoutStopUSec t 1500000")]
    [InlineData("After", "['a.service', 'b.service']", "After as a.service,b.service")]
    public void A_value_is_read_as_other_runtimes_read_it(string name, string value, string property) =>
        Assert.Equal([property], ScopePropertiesTests.Texts(Read(name, value)));

    [Fact]
    public void Other_annotations_are_no_properties() => Assert.Empty(AnnotatedProperties.Read(new Dictionary<string, string> { ["org.systemd"] = "x", ["org.example.property.X"] = "1" }));

    [Theory]
    [InlineData("", "1")]
    [InlineData("a b", "1")]
    [InlineData("X", "")]
    [InlineData("X", "word")]
    [InlineData("X", "'open")]
    [InlineData("X", "'it's'")]
    [InlineData("X", "uint64 -1")]
    [InlineData("X", "int32 9999999999")]
    [InlineData("X", "float 1")]
    [InlineData("X", "['a', 1]")]
    [InlineData("X", "['a'")]
    [InlineData("TimeoutStopSec", "'5'")]
    [InlineData("TimeoutStopSec", "-5")]
    [InlineData("TimeoutStopSec", "99999999999999")]
    public void What_cannot_be_understood_is_refused_by_its_name(string name, string value) =>
        Assert.Equal($"$.annotations[\"org.systemd.property.{name}\"]", Assert.Throws<SpecException>(() => Read(name, value)).Path);

    [Fact]
    public void Any_text_is_read_or_refused() => Gen.Select(Gen.String, Gen.String).Sample((name, value) =>
    {
        try
        {
            Assert.Single(Read(name, value));
        }
        catch (SpecException e)
        {
            Assert.StartsWith("$.annotations", e.Path, StringComparison.Ordinal);
        }
    });

    static List<UnitProperty> Read(string name, string value) => AnnotatedProperties.Read(new Dictionary<string, string> { [AnnotatedProperties.Prefix + name] = value });
}
