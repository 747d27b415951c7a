using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed class ContainerPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("", "/")]
    [InlineData("a", "/a")]
    [InlineData("/a//b/", "/a/b")]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("/../../a", "/a")]
    [InlineData("/a/..", "/")]
    public void A_path_is_cleaned_as_text(string path, string clean) => Assert.Equal(clean, ContainerPath.Clean(path));

    [Theory]
    [InlineData("/dev", "/dev", true, false)]
    [InlineData("/dev/pts", "/dev", true, true)]
    [InlineData("/devices", "/dev", false, false)]
    [InlineData("/", "/dev", false, false)]
    [InlineData("/dev", "/", true, true)]
    [InlineData("/", "/", true, false)]
    public void A_path_lies_below_a_folder_by_whole_names(string path, string folder, bool isAtOrBelow, bool isBelow)
    {
        Assert.Equal(isAtOrBelow, ContainerPath.IsAtOrBelow(path, folder));
        Assert.Equal(isBelow, ContainerPath.IsBelow(path, folder));
    }

    [Theory]
    [InlineData("/a", "/", "a")]
    [InlineData("/a/b/c", "/a/b", "c")]
    public void A_path_is_a_name_in_a_folder(string path, string folder, string name) =>
        Assert.Equal((folder, name), ContainerPath.Split(path));
}
