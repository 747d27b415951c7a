using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed class MountOptionsTests
{
    /// <summary>The table of config.md, "Linux mount options".</summary>
    const string Specified =
        "async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev nodiratime noexec noiversion "
        + "nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime remount rexec "
        + "rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw rshared "
        + "rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime suid symfollow sync tmpcopyup unbindable "
        + "idmap ridmap";

    [Fact]
    public void Every_option_of_the_specification_is_known_and_listed_in_order()
    {
        Assert.Equal(Specified.Split(' ').Order(StringComparer.Ordinal), MountOptionTable.Names);
        Assert.All(MountOptionTable.All, option =>
        {
            Assert.True(MountOptionTable.TryFind(option.Name, out var found));
            Assert.Equal(option, found);
        });
        Assert.False(MountOptionTable.TryFind("size=1k", out _));
        Assert.False(MountOptionTable.TryFind("", out _));
    }

    [Theory]
    [InlineData("ro", 0x1, 0)]
    [InlineData("rw", 0, 0x1)]
    [InlineData("nosuid", 0x2, 0)]
    [InlineData("suid", 0, 0x2)]
    [InlineData("nodev", 0x4, 0)]
    [InlineData("dev", 0, 0x4)]
    [InlineData("noexec", 0x8, 0)]
    [InlineData("exec", 0, 0x8)]
    [InlineData("noatime", 0x10, 0x70)]
    [InlineData("strictatime", 0x20, 0x70)]
    [InlineData("relatime", 0, 0x70)]
    [InlineData("atime", 0, 0x70)]
    [InlineData("nostrictatime", 0, 0x70)]
    [InlineData("norelatime", 0, 0)]
    [InlineData("nodiratime", 0x80, 0)]
    [InlineData("diratime", 0, 0x80)]
    [InlineData("nosymfollow", 0x200000, 0)]
    [InlineData("symfollow", 0, 0x200000)]
    public void An_attribute_is_set_or_cleared_of_the_mount_or_of_the_tree(string option, ulong set, ulong clear)
    {
        var own = Parse("bind", option);
        Assert.Equal((new AttributeChange(set, clear), default), (own.Own, own.Tree));
        var tree = Parse("bind", "r" + option);
        Assert.Equal((default, new AttributeChange(set, clear)), (tree.Own, tree.Tree));
        Assert.Empty(own.Data);
        Assert.Empty(tree.Data);
    }

    [Theory]
    [InlineData("ro", "rw", 0x1)]
    [InlineData("nosuid", "suid", 0x2)]
    [InlineData("nodev", "dev", 0x4)]
    [InlineData("noexec", "exec", 0x8)]
    [InlineData("nodiratime", "diratime", 0x80)]
    [InlineData("nosymfollow", "symfollow", 0x200000)]
    public void Of_two_that_contradict_the_last_counts(string restriction, string opposite, ulong attribute)
    {
        Assert.Equal(new AttributeChange(0, attribute), Parse("bind", restriction, opposite).Own);
        Assert.Equal(new AttributeChange(attribute, 0), Parse("bind", opposite, restriction).Own);
    }

    [Theory]
    [InlineData("noatime strictatime nosuid", 0x22, 0x70)]
    [InlineData("strictatime noatime", 0x10, 0x70)]
    [InlineData("noatime atime", 0, 0x70)]
    [InlineData("strictatime nostrictatime", 0, 0x70)]
    [InlineData("relatime norelatime", 0, 0x70)]
    // What is taken back is not what is set.
    [InlineData("noatime nostrictatime", 0x10, 0x70)]
    [InlineData("strictatime atime", 0x20, 0x70)]
    [InlineData("noatime norelatime", 0x10, 0x70)]
    public void The_mode_of_access_times_is_one_field_that_is_replaced_as_a_whole(string options, ulong set, ulong clear) =>
        Assert.Equal(new AttributeChange(set, clear), Parse("tmpfs", options.Split(' ')).Own);

    [Theory]
    [InlineData("private", MountApi.Private, false)]
    [InlineData("rprivate", MountApi.Private, true)]
    [InlineData("slave", MountApi.Slave, false)]
    [InlineData("rslave", MountApi.Slave, true)]
    [InlineData("shared", MountApi.Shared, false)]
    [InlineData("rshared", MountApi.Shared, true)]
    [InlineData("unbindable", MountApi.Unbindable, false)]
    [InlineData("runbindable", MountApi.Unbindable, true)]
    public void A_propagation_is_kept_in_its_place(string option, ulong kind, bool isRecursive) =>
        Assert.Equal(
            [new Propagation(MountApi.Slave, true), new Propagation(kind, isRecursive)],
            Parse("none", "rbind", "rslave", option).Propagations);

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("dirsync")]
    [InlineData("mand")]
    [InlineData("nomand")]
    [InlineData("lazytime")]
    [InlineData("nolazytime")]
    public void A_flag_of_the_filesystem_is_set_when_it_is_made(string option)
    {
        var options = Parse("tmpfs", option);
        Assert.Equal([option], options.Superblock);
        Assert.Equal((default, default), (options.Own, options.Tree));
    }

    [Theory]
    [InlineData("defaults")]
    [InlineData("silent")]
    [InlineData("loud")]
    [InlineData("iversion")]
    [InlineData("noiversion")]
    public void What_the_kernel_does_not_distinguish_is_accepted(string option)
    {
        var options = Parse("tmpfs", option);
        Assert.Empty(options.Data);
        Assert.Empty(options.Superblock);
        Assert.Equal((default, default), (options.Own, options.Tree));
    }

    [Fact]
    public void The_way_it_is_made_is_told_apart()
    {
        Assert.True(Parse("bind").IsBind);
        Assert.Equal((true, false), Ways(Parse("none", "bind")));
        Assert.Equal((true, true), Ways(Parse("none", "rbind")));
        Assert.Equal((false, false), Ways(Parse("tmpfs")));
        var remount = Parse("none", "bind", "remount", "ro");
        Assert.Equal((false, true), (remount.IsBind, remount.IsRemount));
        Assert.True(Parse("tmpfs", "tmpcopyup").CopiesUp);
        Assert.Equal((true, false), IdMaps(Parse("none", "bind", "idmap")));
        Assert.Equal((true, true), IdMaps(Parse("none", "rbind", "ridmap")));

        static (bool, bool) Ways(MountOptions options) => (options.IsBind, options.IsRecursive);

        static (bool, bool) IdMaps(MountOptions options) => (options.IsIdMapped, options.IsIdMapRecursive);
    }

    [Fact]
    public void Reading_and_writing_are_told_apart_from_nothing_said()
    {
        Assert.Equal((true, false), (Parse("tmpfs", "ro").IsReadOnly, Parse("tmpfs", "ro").IsWritable));
        Assert.Equal((false, true), (Parse("tmpfs", "rw").IsReadOnly, Parse("tmpfs", "rw").IsWritable));
        Assert.Equal((false, false), (Parse("tmpfs").IsReadOnly, Parse("tmpfs").IsWritable));
    }

    [Fact]
    public void Everything_else_is_for_the_filesystem()
    {
        var options = Parse("overlay", "lowerdir=/a:/b", "size=65536k", "newinstance", "=odd", "x=1=2", "acl");
        Assert.Equal([("lowerdir", "/a:/b"), ("size", "65536k"), ("newinstance", null), ("=odd", null), ("x", "1=2"), ("acl", null)], options.Data);
        Assert.False(options.IsBind);
    }

    [Fact]
    public void A_value_for_the_filesystem_may_stand_at_a_bind_mount() =>
        Assert.True(Parse("", "nosuid", "mode=755", "size=1k", "rbind") is { IsBind: true, IsRecursive: true });

    [Theory]
    [InlineData("bind", "noexce", "\"noexce\" is no option of a bind mount")]
    [InlineData("tmpfs", "idmap", "\"idmap\" and \"ridmap\" are for bind mounts")]
    [InlineData("tmpfs", "ridmap", "\"idmap\" and \"ridmap\" are for bind mounts")]
    [InlineData("bind", "tmpcopyup", "\"tmpcopyup\" is for new mounts of type tmpfs")]
    [InlineData("ramfs", "tmpcopyup", "\"tmpcopyup\" is for new mounts of type tmpfs")]
    public void What_does_not_fit_together_is_refused(string type, string option, string reason)
    {
        var error = Assert.Throws<SpecException>(() => Parse(type, "ro", option));
        Assert.Equal("$.mounts[3].options: " + reason, error.Message);
    }

    static MountOptions Parse(string type, params string[] options) =>
        MountOptions.Parse(new MountSpec { Destination = "/x", Type = type, Options = [.. options] }, "$.mounts[3]");
}
