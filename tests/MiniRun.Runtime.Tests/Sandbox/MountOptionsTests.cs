using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed class MountOptionsTests
{
    [Theory]
    [InlineData("ro", 0x1)]
    [InlineData("nosuid", 0x2)]
    [InlineData("nodev", 0x4)]
    [InlineData("noexec", 0x8)]
    [InlineData("nodiratime", 0x80)]
    [InlineData("nosymfollow", 0x200000)]
    public void A_restriction_is_set(string option, ulong attribute)
    {
        var options = Parse("tmpfs", option);
        Assert.Equal((attribute, 0UL), (options.Set, options.Clear));
        Assert.Empty(options.Data);
    }

    [Theory]
    [InlineData("rw", 0x1)]
    [InlineData("suid", 0x2)]
    [InlineData("dev", 0x4)]
    [InlineData("exec", 0x8)]
    public void Its_opposite_is_cleared(string option, ulong attribute)
    {
        var options = Parse("bind", option);
        Assert.Equal((0UL, attribute), (options.Set, options.Clear));
    }

    [Theory]
    [InlineData("ro", "rw", 0x1)]
    [InlineData("nosuid", "suid", 0x2)]
    [InlineData("nodev", "dev", 0x4)]
    [InlineData("noexec", "exec", 0x8)]
    public void Of_two_that_contradict_the_last_counts(string restriction, string opposite, ulong attribute)
    {
        var open = Parse("bind", restriction, opposite);
        Assert.Equal((0UL, attribute), (open.Set, open.Clear));
        var restricted = Parse("bind", opposite, restriction);
        Assert.Equal((attribute, 0UL), (restricted.Set, restricted.Clear));
    }

    [Theory]
    [InlineData("noatime", 0x10)]
    [InlineData("relatime", 0x0)]
    [InlineData("strictatime", 0x20)]
    public void A_mode_of_access_times_replaces_the_other_modes(string option, ulong mode)
    {
        // mount_setattr(2): the mode is one field, which must be cleared as a whole.
        var options = Parse("tmpfs", "noatime", "strictatime", option, "nosuid");
        Assert.Equal((mode | 0x2, 0x70UL), (options.Set, options.Clear));
    }

    [Theory]
    [InlineData("bind", false)]
    [InlineData("rbind", true)]
    public void A_bind_mount_is_one_by_its_options(string option, bool isRecursive)
    {
        var options = Parse("none", option, "private", "rprivate", "defaults", "async");
        Assert.Equal((true, isRecursive), (options.IsBind, options.IsRecursive));
        Assert.Equal((0UL, 0UL), (options.Set, options.Clear));
    }

    [Fact]
    public void A_bind_mount_is_one_by_its_type() => Assert.True(Parse("bind").IsBind);

    [Fact]
    public void Everything_else_is_for_the_filesystem()
    {
        var options = Parse("overlay", "lowerdir=/a:/b", "size=65536k", "newinstance", "=odd", "x=1=2");
        Assert.Equal([("lowerdir", "/a:/b"), ("size", "65536k"), ("newinstance", null), ("=odd", null), ("x", "1=2")], options.Data);
        Assert.False(options.IsBind);
    }

    [Fact]
    public void A_bind_mount_has_no_options_for_a_filesystem()
    {
        var error = Assert.Throws<SpecException>(() => Parse("bind", "ro", "size=1k"));
        Assert.Equal("$.mounts[3].options: \"size\" is no option of a bind mount", error.Message);
    }

    [Theory]
    [InlineData("shared")]
    [InlineData("rslave")]
    [InlineData("unbindable")]
    [InlineData("tmpcopyup")]
    [InlineData("idmap")]
    [InlineData("rro")]
    [InlineData("rnosymfollow")]
    public void What_is_not_made_is_refused(string option)
    {
        var error = Assert.Throws<SpecException>(() => Parse("tmpfs", option));
        Assert.Equal("$.mounts[3].options", error.Path);
        Assert.Contains($"\"{option}\"", error.Message, StringComparison.Ordinal);
    }

    static MountOptions Parse(string type, params string[] options) =>
        MountOptions.Parse(new MountSpec { Destination = "/x", Type = type, Options = [.. options] }, "$.mounts[3]");
}
