using System.Diagnostics;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>A tmpfs that begins with what the image has at its place.</summary>
[Trait("Category", "Integration")]
public sealed class CopyUpTests
{
    const string Show = "cd /up; find . | sort | while read f; do stat -c '%a %u %g %F %N' $f; done; cat folder/deep/text";

    [Fact]
    public async Task Files_folders_and_links_are_copied_with_permissions_and_owners_as_runc_does()
    {
        using var host = new MountHost(Show).WithCapability("CAP_DAC_OVERRIDE");
        MakeTree(host.Rootfs + "/up");
        host.Mount("/up", "tmpfs", "tmpfs", "tmpcopyup");
        var ours = await host.OutputAsync();
        Assert.Equal(
            """
            1770 0 0 directory .
            750 9 10 directory ./folder
            700 0 0 directory ./folder/deep
            640 0 0 regular file ./folder/deep/text
            777 7 8 symbolic link './link' -> '../nowhere'
            751 5 6 regular file ./program
            the content

            """,
            ours);
        Assert.SkipUnless(File.Exists("/usr/sbin/runc"), "runc is not installed");
        host.Config["ociVersion"] = "1.0.2";
        var state = Directory.CreateTempSubdirectory("minirun-runc-").FullName;
        var (code, theirs, error) = await host.RunAsync(runtime: $"/usr/sbin/runc --root {state} run --bundle {host.Bundle} {Path.GetFileName(host.Bundle)}");
        Directory.Delete(state, recursive: true);
        Assert.True(code == 0, error);
        Assert.Equal(theirs, ours);
    }

    [Fact]
    public async Task What_the_container_writes_stays_out_of_the_image()
    {
        using var host = new MountHost("echo changed > /up/folder/deep/text; rm /up/program; cat /up/folder/deep/text").WithCapability("CAP_DAC_OVERRIDE");
        MakeTree(host.Rootfs + "/up");
        host.Mount("/up", "tmpfs", "tmpfs", "tmpcopyup");
        Assert.Equal("changed\n", await host.OutputAsync());
        Assert.True(File.Exists(host.Rootfs + "/up/program"));
        Assert.Equal("the content\n", File.ReadAllText(host.Rootfs + "/up/folder/deep/text"));
    }

    [Fact]
    public async Task Setuid_programs_pipes_and_devices_are_copied_too()
    {
        using var host = new MountHost("stat -c '%a %F %t:%T' /up/*");
        Directory.CreateDirectory(host.Rootfs + "/up");
        File.WriteAllText(host.Rootfs + "/up/a", "x");
        Assert.Equal(0, NativeRuntime.lchown(host.Rootfs + "/up/a", 5, 6));
        File.SetUnixFileMode(host.Rootfs + "/up/a", (UnixFileMode)0b110_111_101_101);
        await Process.Start("mknod", [host.Rootfs + "/up/b", "p"]).WaitForExitAsync(TestContext.Current.CancellationToken);
        await Process.Start("mknod", ["-m", "600", host.Rootfs + "/up/c", "c", "1", "7"]).WaitForExitAsync(TestContext.Current.CancellationToken);
        host.Mount("/up", "tmpfs", "tmpfs", "tmpcopyup");
        Assert.Equal("6755 regular file 0:0\n644 fifo 0:0\n600 character special file 1:7\n", await host.OutputAsync());
    }

    [Fact]
    public async Task A_dev_of_its_own_can_have_what_the_image_has_beside_its_nodes()
    {
        using var host = new MountHost("stat -c '%F' /dev/null /dev/folder/text; ls /dev/pts");
        host.Without("/dev").Without("/dev/pts").Mount("/dev", "tmpfs", "tmpfs", "tmpcopyup", "mode=755").Mount("/dev/pts", "devpts", "devpts", "newinstance");
        Directory.CreateDirectory(host.Rootfs + "/dev/folder");
        Directory.CreateDirectory(host.Rootfs + "/dev/pts");
        File.WriteAllText(host.Rootfs + "/dev/folder/text", "x");
        File.WriteAllText(host.Rootfs + "/dev/null", "");
        Assert.Equal("character special file\nregular file\nptmx\n", await host.OutputAsync());
    }

    [Fact]
    public async Task A_tree_that_does_not_fit_is_refused_with_the_way_out()
    {
        using var host = new MountHost("true");
        Directory.CreateDirectory(host.Rootfs + "/up");
        File.WriteAllBytes(host.Rootfs + "/up/large", new byte[1 << 20]);
        host.Mount("/up", "tmpfs", "tmpfs", "tmpcopyup", "size=64k");
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains("copy_tree(", error, StringComparison.Ordinal);
        Assert.Contains("raise its size option", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_filesystem_has_the_permissions_of_its_place_unless_they_are_given()
    {
        using var host = new MountHost("stat -c %a /closed /given /new");
        foreach (var name in (string[])["closed", "given"])
        {
            Directory.CreateDirectory($"{host.Rootfs}/{name}");
            File.SetUnixFileMode($"{host.Rootfs}/{name}", (UnixFileMode)0b001_111_101_000);
        }

        host.Mount("/closed", "tmpfs", "tmpfs").Mount("/given", "tmpfs", "tmpfs", "mode=711").Mount("/new", "tmpfs", "tmpfs");
        // What the image does not have is as open as the kernel makes it.
        Assert.Equal("1750\n711\n1777\n", await host.OutputAsync());
    }

    static void MakeTree(string root)
    {
        Directory.CreateDirectory(root + "/folder/deep");
        File.WriteAllText(root + "/folder/deep/text", "the content\n");
        File.WriteAllText(root + "/program", "#!/bin/sh\n");
        File.CreateSymbolicLink(root + "/link", "../nowhere");
        Mode("/program", 0b111_101_001, 5, 6);
        Mode("/folder/deep/text", 0b110_100_000, 0, 0);
        Mode("/folder/deep", 0b111_000_000, 0, 0);
        Mode("/folder", 0b111_101_000, 9, 10);
        Mode("", 0b001_111_111_000, 0, 0);
        Assert.Equal(0, NativeRuntime.lchown(root + "/link", 7, 8));

        void Mode(string path, int mode, uint uid, uint gid)
        {
            Assert.Equal(0, NativeRuntime.lchown(root + path, uid, gid));
            File.SetUnixFileMode(root + path, (UnixFileMode)mode);
        }
    }
}
