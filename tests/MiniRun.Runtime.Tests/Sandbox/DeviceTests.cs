using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>The devices of a container (config-linux.md, "Devices" and "Default Devices").</summary>
[Trait("Category", "Integration")]
public sealed class DeviceTests
{
    [Fact]
    public async Task Every_container_has_the_default_devices_and_links()
    {
        using var host = new MountHost("cd /dev; stat -c '%n %F %a %t:%T' null zero full random urandom tty; for l in fd stdin stdout stderr ptmx; do readlink $l; done");
        Assert.Equal(
            """
            null character special file 666 1:3
            zero character special file 666 1:5
            full character special file 666 1:7
            random character special file 666 1:8
            urandom character special file 666 1:9
            tty character special file 666 5:0
            /proc/self/fd
            /proc/self/fd/0
            /proc/self/fd/1
            /proc/self/fd/2
            pts/ptmx

            """,
            await host.OutputAsync());
    }

    [Fact]
    public async Task Devices_of_each_type_are_made_with_mode_and_owner_wherever_they_are_asked_for()
    {
        using var host = new MountHost(
            "stat -c '%n %F %a %u:%g %t:%T' /dev/net/tun /dev/disk /dev/pipe /srv/unbuffered /data/inside /dev/null /dev/shm/covered; stat -c %F /srv");
        host.Mount("/data", "tmpfs", "tmpfs").Mount("/dev/shm", "tmpfs", "tmpfs");
        host.Linux["devices"] = new JsonArray(
            Device("/dev/net/tun", "c", 10, 200, 0b110_100_000, 3, 4),
            Device("/dev/disk", "b", 259, 70000, 0b110_000_000, 0, 6),
            new JsonObject { ["path"] = "/dev/pipe", ["type"] = "p" },
            // As podman writes it: with the kind of file in the mode.
            Device("/srv/unbuffered", "u", 1, 5, 8630, 0, 0),
            Device("/data/inside", "c", 1, 7, 0b110_110_110, 0, 0),
            Device("/dev/null", "c", 1, 3, 0b110_000_000, 0, 0),
            Device("/dev/shm/covered", "c", 1, 8, 0b110_110_110, 0, 0));
        Assert.Equal(
            """
            /dev/net/tun character special file 640 3:4 a:c8
            /dev/disk block special file 600 0:6 103:11170
            /dev/pipe fifo 666 0:0 0:0
            /srv/unbuffered character special file 666 0:0 1:5
            /data/inside character special file 666 0:0 1:7
            /dev/null character special file 600 0:0 1:3
            /dev/shm/covered character special file 666 0:0 1:8
            directory

            """,
            await host.OutputAsync());
    }

    [Fact]
    public async Task An_image_that_has_the_device_keeps_it()
    {
        using var host = new MountHost("stat -c '%a %t:%T' /srv/zero");
        Directory.CreateDirectory(host.Rootfs + "/srv");
        await System.Diagnostics.Process.Start("mknod", ["-m", "604", host.Rootfs + "/srv/zero", "c", "1", "5"]).WaitForExitAsync(TestContext.Current.CancellationToken);
        host.Linux["devices"] = new JsonArray(Device("/srv/zero", "c", 1, 5, 0b110_110_110, 0, 0));
        Assert.Equal("604 1:5\n", await host.OutputAsync());
    }

    [Fact]
    public async Task An_image_that_has_another_file_there_is_refused()
    {
        using var host = new MountHost("true");
        Directory.CreateDirectory(host.Rootfs + "/srv");
        File.WriteAllText(host.Rootfs + "/srv/zero", "");
        host.Linux["devices"] = new JsonArray(Device("/srv/zero", "c", 1, 5, 0b110_110_110, 0, 0));
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains("require_device(device, S_IFCHR|00, 1, 5): EEXIST", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_dev_of_its_own_the_devices_are_made_in_the_image()
    {
        using var host = new MountHost("stat -c '%F %t:%T' /dev/null /dev/tty; readlink /dev/ptmx");
        host.Without("/dev").Without("/dev/pts");
        Assert.Equal("character special file 1:3\ncharacter special file 5:0\npts/ptmx\n", await host.OutputAsync());
    }

    [Fact]
    public async Task A_dev_that_is_shown_from_elsewhere_is_not_touched()
    {
        using var host = new MountHost("ls -A /dev");
        host.Without("/dev").Without("/dev/pts");
        Directory.CreateDirectory(host.Bundle + "/dev");
        File.WriteAllText(host.Bundle + "/dev/null", "");
        host.Mount("/dev", "bind", "dev", "rbind");
        host.Linux["devices"] = new JsonArray(Device("/dev/extra", "c", 1, 5, 0b110_110_110, 0, 0));
        host.Linux["maskedPaths"] = new JsonArray();
        Assert.Equal("null\n", await host.OutputAsync());
        Assert.Equal(["null"], Directory.GetFileSystemEntries(host.Bundle + "/dev").Select(Path.GetFileName));
    }

    [Fact]
    public async Task Two_devices_of_one_path_are_refused_unless_they_are_the_same()
    {
        using var host = new MountHost("stat -c %t:%T /dev/x");
        host.Linux["devices"] = new JsonArray(Device("/dev/x", "c", 1, 5, 0b110_110_110, 0, 0), Device("/dev//x", "c", 1, 5, 0b110_110_110, 0, 0));
        Assert.Equal("1:5\n", await host.OutputAsync());
        host.Linux["devices"]!.AsArray().Add((JsonNode)Device("/dev/x", "c", 1, 7, 0b110_110_110, 0, 0));
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains("$.linux.devices[2].path: \"/dev/x\" is listed twice", error, StringComparison.Ordinal);
    }

    static JsonObject Device(string path, string type, int major, int minor, int mode, int uid, int gid) => new()
    {
        ["path"] = path,
        ["type"] = type,
        ["major"] = major,
        ["minor"] = minor,
        ["fileMode"] = mode,
        ["uid"] = uid,
        ["gid"] = gid,
    };
}
