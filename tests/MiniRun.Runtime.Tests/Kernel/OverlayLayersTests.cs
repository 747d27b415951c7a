using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class OverlayLayersTests
{
    [Theory]
    [InlineData("/a", new[] { "/a" })]
    [InlineData("/a:/b:/c", new[] { "/a", "/b", "/c" })]
    [InlineData(@"/a\:b:/c\\d:/e\", new[] { "/a:b", @"/c\d", @"/e\" })]
    public void Layers_stand_between_colons(string value, string[] layers) => Assert.Equal(layers, OverlayLayers.Split(value));

    [Theory]
    [InlineData("lowerdir", 255, "", false)]
    [InlineData("lowerdir", 256, "", true)]
    [InlineData("lowerdir", 256, "::/data", false)]
    [InlineData("upperdir", 256, "", false)]
    public void Only_what_has_no_room_is_split(string key, int length, string end, bool expected) =>
        Assert.Equal(expected, OverlayLayers.NeedSplitting(key, new string('a', length) + end));

    [Fact]
    public void A_flag_is_never_split() => Assert.False(OverlayLayers.NeedSplitting("lowerdir", null));

    [Fact]
    public void The_length_is_that_of_the_bytes() => Assert.True(OverlayLayers.NeedSplitting("lowerdir", new string('ä', 128)));

    [Fact]
    public void Commas_of_values_are_escaped() =>
        Assert.Equal(@"lowerdir=/a\,b:/c,volatile", OverlayLayers.Join([("lowerdir", "/a,b:/c"), ("volatile", null)]));
}
