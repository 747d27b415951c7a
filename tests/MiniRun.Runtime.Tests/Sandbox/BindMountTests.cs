namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Sources and places of bind mounts.</summary>
[Trait("Category", "Integration")]
public sealed class BindMountTests
{
    [Fact]
    public async Task A_relative_source_lies_below_the_bundle()
    {
        using var host = new MountHost("cat /etc/told; ls /srv");
        Directory.CreateDirectory($"{host.Bundle}/files/folder");
        File.WriteAllText($"{host.Bundle}/files/told", "the file\n");
        File.WriteAllText($"{host.Bundle}/files/folder/inside", "");
        host.Mount("/etc/told", "bind", "files/told", "bind").Mount("/srv", "bind", "./files/folder", "rbind");
        Assert.Equal("the file\ninside\n", await host.OutputAsync());
    }

    [Fact]
    public async Task A_place_is_made_as_what_the_source_is()
    {
        using var host = new MountHost("stat -c %F /a/b/file /a/b/folder /a; stat -c %a /a/b");
        Directory.CreateDirectory($"{host.Bundle}/folder");
        File.WriteAllText($"{host.Bundle}/file", "x");
        host.Mount("/a/b/file", "bind", "file", "bind").Mount("a/b/folder", "bind", "folder", "bind");
        Assert.Equal("regular file\ndirectory\ndirectory\n755\n", await host.OutputAsync());
    }

    [Fact]
    public async Task Only_a_recursive_bind_shows_what_is_mounted_below()
    {
        using var host = new MountHost("ls /one/below; echo; ls /all/below");
        host.Mount("/one", "none", "/mnt", "bind").Mount("/all", "none", "/mnt", "rbind");
        var output = await host.OutputAsync("mount -t tmpfs t /mnt; mkdir /mnt/below; mount -t tmpfs t /mnt/below; touch /mnt/below/seen");
        Assert.Equal("\nseen\n", output);
    }

    [Fact]
    public async Task Nearly_a_thousand_mounts_are_made()
    {
        using var host = new MountHost("wc -l < /proc/self/mountinfo; cat /proc/self/limits | grep files");
        File.WriteAllText($"{host.Bundle}/file", "");
        for (var i = 0; i < 990; i++)
        {
            host.Mount($"/many/{i}", "bind", "file", "bind");
        }

        var output = (await host.OutputAsync("ulimit -Sn 256")).Split('\n');
        Assert.InRange(int.Parse(output[0], System.Globalization.CultureInfo.InvariantCulture), 995, 1010);
        // What the runtime raised for itself is not the container's.
        Assert.StartsWith("Max open files            256 ", output[1], StringComparison.Ordinal);
    }
}
