using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Masked and read-only paths.</summary>
[Trait("Category", "Integration")]
public sealed class ProtectedPathTests
{
    [Fact]
    public async Task Masked_files_are_empty_and_masked_folders_share_one_empty_filesystem()
    {
        using var host = new MountHost("cat /one/file /two/file; ls -A /one/folder /two/folder; touch /one/folder/x || echo refused; cat /proc/self/mountinfo");
        foreach (var place in (string[])["one", "two"])
        {
            Directory.CreateDirectory($"{host.Rootfs}/{place}/folder/inside");
            File.WriteAllText($"{host.Rootfs}/{place}/file", "secret");
        }

        host.Linux["maskedPaths"] = new JsonArray("/one/file", "/two/file", "/one/folder", "/two/folder", "/one/nothing", "/one/file/nothing");
        var (_, output, _) = await host.RunAsync();
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
        Assert.DoesNotContain("inside", output, StringComparison.Ordinal);
        Assert.Contains("refused\n", output, StringComparison.Ordinal);
        var lines = MountHost.Lines(output);
        MountLine At(string place) => lines.Single(line => line.Place == place);
        Assert.Equal(("/null", "ro,nosuid,noexec,relatime", "tmpfs"), (At("/one/file").Root, At("/one/file").Options, At("/one/file").Type));
        Assert.Equal("ro,nosuid,nodev,noexec,relatime", At("/one/folder").Options);
        Assert.Equal(At("/one/folder") with { Place = "" }, At("/two/folder") with { Place = "" });
    }

    [Fact]
    public async Task A_masked_path_below_a_link_hides_what_the_link_leads_to()
    {
        using var host = new MountHost("cat /real/file /link/file");
        Directory.CreateDirectory(host.Rootfs + "/real");
        File.WriteAllText(host.Rootfs + "/real/file", "secret");
        File.CreateSymbolicLink(host.Rootfs + "/link", "/real");
        host.Linux["maskedPaths"] = new JsonArray("/link/file");
        Assert.Equal("", await host.OutputAsync());
        // The control: without the mask it is read on both ways.
        host.Linux["maskedPaths"] = new JsonArray();
        Assert.Equal("secretsecret", await host.OutputAsync());
    }

    [Fact]
    public async Task The_masks_are_made_of_a_null_that_the_configuration_cannot_cover()
    {
        using var host = new MountHost("cat /secret");
        File.WriteAllText(host.Rootfs + "/secret", "secret");
        File.WriteAllText(host.Bundle + "/other", "other");
        host.Mount("/dev/null", "bind", "other", "bind");
        host.Linux["maskedPaths"] = new JsonArray("/secret");
        Assert.Equal("", await host.OutputAsync());
    }

    [Fact]
    public async Task Read_only_paths_keep_the_other_attributes_of_what_they_protect()
    {
        using var host = new MountHost("cat /proc/self/mountinfo; touch /data/x || echo refused; touch /data/below/x || echo refused too");
        host.Mount("/data", "tmpfs", "tmpfs", "nosuid", "nodev", "noexec", "noatime").Mount("/data/below", "tmpfs", "tmpfs", "nodev");
        host.Linux["readonlyPaths"] = new JsonArray("/data", "/data/nothing", "/proc/sys");
        var output = await host.OutputAsync();
        var lines = MountHost.Lines(output);
        Assert.Equal(
            ["rw,nosuid,nodev,noexec,noatime", "ro,nosuid,nodev,noexec,noatime"],
            lines.Where(line => line.Place == "/data").Select(line => line.Options).OrderDescending(StringComparer.Ordinal));
        Assert.Equal("ro,nodev,relatime", lines.Last(line => line.Place == "/data/below").Options);
        Assert.EndsWith("refused\nrefused too\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_root_is_the_root_alone()
    {
        using var host = new MountHost("touch /x || echo refused; touch /data/x && echo written");
        host.Config["root"]!["readonly"] = true;
        host.Mount("/data", "tmpfs", "tmpfs");
        Assert.Equal("refused\nwritten\n", await host.OutputAsync());
    }

    [Fact]
    public async Task Cgroups_are_read_only_unless_writing_is_asked_for()
    {
        using var host = new MountHost("cat /proc/self/mountinfo");
        host.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid");
        Assert.All(Cgroups(await host.OutputAsync()), line => Assert.StartsWith("ro,nosuid", line.Options, StringComparison.Ordinal));
        host.Mounts[4]!["options"] = new JsonArray("rw");
        Assert.All(Cgroups(await host.OutputAsync()), line => Assert.StartsWith("rw", line.Options, StringComparison.Ordinal));

        static List<MountLine> Cgroups(string output)
        {
            var lines = MountHost.Lines(output).FindAll(line => line.Place.StartsWith("/sys/fs/cgroup", StringComparison.Ordinal));
            Assert.NotEmpty(lines);
            return lines;
        }
    }
}
