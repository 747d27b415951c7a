namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>What each option of the table does to a real mount, as the kernel shows it.</summary>
[Trait("Category", "Integration")]
public sealed class MountOptionEffectTests
{
    /// <summary>Attributes and propagation of a new tmpfs with the option, and flags of the filesystem where they differ from <c>rw</c>.</summary>
    static readonly (string Option, string Attributes, string Filesystem, string Propagation)[] OfNewMounts =
    [
        ("ro", "ro,relatime", "", ""),
        ("rw", "rw,relatime", "", ""),
        ("nosuid", "rw,nosuid,relatime", "", ""),
        ("suid", "rw,relatime", "", ""),
        ("nodev", "rw,nodev,relatime", "", ""),
        ("dev", "rw,relatime", "", ""),
        ("noexec", "rw,noexec,relatime", "", ""),
        ("exec", "rw,relatime", "", ""),
        ("noatime", "rw,noatime", "", ""),
        ("atime", "rw,relatime", "", ""),
        ("relatime", "rw,relatime", "", ""),
        ("norelatime", "rw,relatime", "", ""),
        ("strictatime", "rw", "", ""),
        ("nostrictatime", "rw,relatime", "", ""),
        ("nodiratime", "rw,nodiratime,relatime", "", ""),
        ("diratime", "rw,relatime", "", ""),
        ("nosymfollow", "rw,relatime,nosymfollow", "", ""),
        ("symfollow", "rw,relatime", "", ""),
        ("rro", "ro,relatime", "", ""),
        ("rnosuid", "rw,nosuid,relatime", "", ""),
        ("rnoatime", "rw,noatime", "", ""),
        ("sync", "rw,relatime", ",sync", ""),
        ("async", "rw,relatime", "", ""),
        ("dirsync", "rw,relatime", ",dirsync", ""),
        ("mand", "rw,relatime", ",mand", ""),
        ("nomand", "rw,relatime", "", ""),
        ("lazytime", "rw,relatime", ",lazytime", ""),
        ("nolazytime", "rw,relatime", "", ""),
        ("silent", "rw,relatime", "", ""),
        ("loud", "rw,relatime", "", ""),
        ("iversion", "rw,relatime", "", ""),
        ("noiversion", "rw,relatime", "", ""),
        ("defaults", "rw,relatime", "", ""),
        ("private", "rw,relatime", "", ""),
        ("rprivate", "rw,relatime", "", ""),
        // Nothing to follow: a slave without a master is private.
        ("slave", "rw,relatime", "", ""),
        ("rslave", "rw,relatime", "", ""),
        ("shared", "rw,relatime", "", "shared:"),
        ("rshared", "rw,relatime", "", "shared:"),
        ("unbindable", "rw,relatime", "", "unbindable"),
        ("runbindable", "rw,relatime", "", "unbindable"),
        ("tmpcopyup", "rw,relatime", "", ""),
        ("size=64k", "rw,relatime", ",size=64k", ""),
    ];

    /// <summary>Every attribute at once, and what is left of them when a bind mount takes one away.</summary>
    const string Restricted = "ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow";

    static readonly (string Option, string Attributes)[] OfBinds =
    [
        ("defaults", Restricted),
        ("rw", "rw,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"),
        ("suid", "ro,nodev,noexec,noatime,nodiratime,nosymfollow"),
        ("dev", "ro,nosuid,noexec,noatime,nodiratime,nosymfollow"),
        ("exec", "ro,nosuid,nodev,noatime,nodiratime,nosymfollow"),
        ("atime", "ro,nosuid,nodev,noexec,nodiratime,relatime,nosymfollow"),
        ("relatime", "ro,nosuid,nodev,noexec,nodiratime,relatime,nosymfollow"),
        ("norelatime", Restricted),
        ("strictatime", "ro,nosuid,nodev,noexec,nodiratime,nosymfollow"),
        ("nostrictatime", "ro,nosuid,nodev,noexec,nodiratime,relatime,nosymfollow"),
        ("noatime", Restricted),
        ("diratime", "ro,nosuid,nodev,noexec,noatime,nosymfollow"),
        ("symfollow", "ro,nosuid,nodev,noexec,noatime,nodiratime"),
    ];

    [Fact]
    public async Task Each_option_of_a_new_mount_shows()
    {
        using var host = new MountHost("cat /proc/self/mountinfo");
        foreach (var (option, _, _, _) in OfNewMounts)
        {
            host.Mount("/m/" + option, "tmpfs", "tmpfs", option, "mode=700");
        }

        var lines = MountHost.Lines(await host.OutputAsync());
        Assert.All(OfNewMounts, expected =>
        {
            var line = lines.Single(line => line.Place == "/m/" + expected.Option);
            Assert.Equal(expected.Attributes, line.Options);
            // mode=700 is the filesystem's own option, which every one of them has.
            var flags = expected.Filesystem is ",size=64k" ? "rw,size=64k,mode=700" : $"rw{expected.Filesystem},mode=700";
            Assert.Equal(flags, line.FilesystemOptions);
            Assert.True(expected.Propagation.Length == 0 ? line.Propagation.Length == 0 : line.Propagation.StartsWith(expected.Propagation, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Each_option_of_a_bind_mount_changes_what_it_names_and_nothing_else()
    {
        using var host = new MountHost("cat /proc/self/mountinfo");
        foreach (var (option, _) in OfBinds)
        {
            host.Mount("/one/" + option, "none", "/mnt", "rbind", option);
            if (option is not "defaults")
            {
                host.Mount("/all/" + option, "none", "/mnt", "rbind", "r" + option);
            }
        }

        var lines = MountHost.Lines(await host.OutputAsync(
            $"mount -t tmpfs t /mnt; mkdir /mnt/below; mount -t tmpfs -o {Restricted} t /mnt/below; mount -o remount,bind,{Restricted} /mnt"));
        string Options(string place) => lines.Single(line => line.Place == place).Options;
        Assert.All(OfBinds, expected =>
        {
            Assert.Equal((expected.Attributes, Restricted), (Options("/one/" + expected.Option), Options($"/one/{expected.Option}/below")));
            if (expected.Option is not "defaults")
            {
                Assert.Equal((expected.Attributes, expected.Attributes), (Options("/all/" + expected.Option), Options($"/all/{expected.Option}/below")));
            }
        });
    }

    [Fact]
    public async Task A_restriction_of_a_bind_mount_holds_for_the_one_or_for_all_below()
    {
        string[] restrictions = ["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "nosymfollow"];
        using var host = new MountHost("cat /proc/self/mountinfo; for d in /one /all; do for s in . below; do touch $d/ro/$s/x && echo $d/$s written; done; done");
        foreach (var option in restrictions)
        {
            host.Mount("/one/" + option, "none", "/mnt", "rbind", option);
            host.Mount("/all/" + option, "none", "/mnt", "rbind", "r" + option);
        }

        var output = (await host.RunAsync("mount -t tmpfs t /mnt; mkdir /mnt/below; mount -t tmpfs t /mnt/below")).Output;
        var lines = MountHost.Lines(output);
        bool Has(string place, string option) => lines.Single(line => line.Place == place).Options.Split(',').Contains(option);
        Assert.All(restrictions, option =>
        {
            Assert.True(Has("/one/" + option, option));
            Assert.False(Has($"/one/{option}/below", option));
            Assert.True(Has("/all/" + option, option));
            Assert.True(Has($"/all/{option}/below", option));
        });
        Assert.Contains("/one/below written", output, StringComparison.Ordinal);
        Assert.DoesNotContain("/one/. written", output, StringComparison.Ordinal);
        Assert.DoesNotContain("/all/", string.Join('\n', output.Split('\n').Where(line => line.EndsWith("written", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remount_changes_the_mount_that_is_there()
    {
        using var host = new MountHost("cat /proc/self/mountinfo; touch /data/x || echo refused");
        host.Mount("/data", "tmpfs", "tmpfs", "nosuid", "size=64k", "mode=700")
            .Mount("/data", "tmpfs", "tmpfs", "remount", "ro", "noatime", "size=128k")
            .Mount("/sys", "none", "none", "bind", "remount", "nodev", "rnoexec");
        var output = await host.OutputAsync();
        var lines = MountHost.Lines(output);
        var data = Assert.Single(lines, line => line.Place == "/data");
        // Only what is named: a remount by mount(2) would have lost nosuid.
        Assert.Equal(("ro,nosuid,noatime", "rw,size=128k,mode=700"), (data.Options, data.FilesystemOptions));
        Assert.Equal("ro,nodev,noexec,relatime", Assert.Single(lines, line => line.Place == "/sys").Options);
        Assert.EndsWith("refused\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_filesystem_has_what_the_configuration_puts_into_it()
    {
        using var host = new MountHost("cat /proc/self/mountinfo; touch /data/x || touch /dev/x || echo refused; ls /data");
        host.Without("/dev").Without("/dev/pts");
        host.Mount("/dev", "tmpfs", "tmpfs", "ro", "mode=755").Mount("/data", "tmpfs", "tmpfs", "ro").Mount("/data/below", "tmpfs", "tmpfs");
        var output = await host.OutputAsync();
        var lines = MountHost.Lines(output);
        Assert.Equal("ro,relatime", Assert.Single(lines, line => line.Place == "/dev").Options);
        Assert.Equal("ro,relatime", Assert.Single(lines, line => line.Place == "/data").Options);
        Assert.Equal("rw,relatime", Assert.Single(lines, line => line.Place == "/data/below").Options);
        Assert.EndsWith("refused\nbelow\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_for_the_filesystem_changes_nothing_at_a_bind_mount()
    {
        var source = Directory.CreateTempSubdirectory("minirun-bind-");
        try
        {
            using var host = new MountHost("cat /proc/self/mountinfo");
            host.Mount("/data", "bind", source.FullName, "nosuid", "strictatime", "mode=700", "size=1k");
            var line = Assert.Single(MountHost.Lines(await host.OutputAsync()), line => line.Place == "/data");
            Assert.Equal("rw,nosuid", line.Options);
            Assert.DoesNotContain("1k", line.FilesystemOptions, StringComparison.Ordinal);
        }
        finally
        {
            source.Delete();
        }
    }

    [Theory]
    [InlineData("none", "", "$.mounts[4].type: is missing; a mount without a type needs the option \"bind\" or \"rbind\"")]
    [InlineData("", "", "$.mounts[4].type: is missing")]
    [InlineData("bind", "noexce", "$.mounts[4].options: \"noexce\" is no option of a bind mount")]
    public async Task A_mount_that_cannot_be_is_refused_by_its_field(string type, string option, string expected)
    {
        using var host = new MountHost("true");
        host.Mount("/x", type, "/tmp", [.. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
