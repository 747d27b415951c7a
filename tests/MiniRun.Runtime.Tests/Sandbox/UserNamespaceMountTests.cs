using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Mounts of containers whose ids are not the host's, and mounts whose ids are mapped.</summary>
[Trait("Category", "Integration")]
public sealed class UserNamespaceMountTests
{
    const int First = 100000;

    [Fact]
    public async Task Every_mount_of_a_usual_configuration_is_made_in_a_user_namespace()
    {
        using var host = InUserNamespace("cat /proc/self/mountinfo; stat -c '%u %g %a' /dev /dev/shm /data; echo x > /dev/null && echo null works");
        host.Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=64k")
            .Mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev")
            .Mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro")
            .Mount("/data", "tmpfs", "tmpfs", "uid=5", "gid=6", "mode=750");
        host.Mounts[2]!["options"]!.AsArray().Add("gid=5");
        var output = await host.OutputAsync();
        var lines = MountHost.Lines(output);
        foreach (var (place, type) in ((string, string)[])
            [("/proc", "proc"), ("/sys", "sysfs"), ("/dev", "tmpfs"), ("/dev/pts", "devpts"), ("/dev/shm", "tmpfs"), ("/dev/mqueue", "mqueue")])
        {
            Assert.Equal(type, lines.Single(line => line.Place == place).Type);
        }

        Assert.Contains($"gid={First + 5}", lines.Single(line => line.Place == "/dev/pts").FilesystemOptions, StringComparison.Ordinal);
        // No device can be made there: the host's are shown, and the masks are made of the host's null.
        Assert.All(
            (string[])["null", "zero", "full", "random", "urandom", "tty"],
            name => Assert.Equal("/" + name, lines.Single(line => line.Place == "/dev/" + name).Root));
        Assert.Equal("/null", lines.Single(line => line.Place == "/proc/timer_list").Root);
        Assert.Contains("0 0 755\n0 0 1777\n5 6 750\nnull works\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_the_containers_root_cannot_reach_is_still_mounted()
    {
        using var host = InUserNamespace("cat /secret/told; ls /closed");
        Directory.CreateDirectory(host.Bundle + "/closed/folder");
        File.WriteAllText(host.Bundle + "/closed/folder/told", "reached\n");
        File.SetUnixFileMode(host.Bundle + "/closed", (UnixFileMode)0b111_000_000);
        File.SetUnixFileMode(host.Bundle, (UnixFileMode)0b111_000_000);
        host.Mount("/secret", "bind", "closed/folder", "bind", "ro").Mount("/closed", "tmpfs", "tmpfs");
        Assert.Equal("reached\n", await host.OutputAsync());
    }

    [Fact]
    public async Task Bind_mounts_into_a_user_namespace_keep_their_options()
    {
        using var host = InUserNamespace("cat /proc/self/mountinfo");
        host.Mount("/one", "none", "/mnt", "rbind", "ro", "nosuid").Mount("/all", "none", "/mnt", "rbind", "rro", "rslave");
        var lines = MountHost.Lines(await host.OutputAsync(
            "mount -t tmpfs t /mnt; mount --make-shared /mnt; mkdir /mnt/below; mount -t tmpfs t /mnt/below"));
        MountLine At(string place) => lines.Single(line => line.Place == place);
        Assert.Equal(("ro,nosuid,relatime", "rw,relatime"), (At("/one").Options, At("/one/below").Options));
        Assert.Equal(("ro,relatime", "ro,relatime"), (At("/all").Options, At("/all/below").Options));
        Assert.Equal("", At("/one").Propagation);
        Assert.StartsWith("master:", At("/all").Propagation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ids_of_a_mount_are_shown_through_the_containers_mapping_or_its_own()
    {
        using var host = InUserNamespace("stat -c '%u %g' /plain/file /mapped/file /other/file /tree/file /tree/below; touch /mapped/new");
        var (uid, gid) = (7u, 8u);
        Directory.CreateDirectory(host.Bundle + "/files/below");
        File.WriteAllText(host.Bundle + "/files/file", "");
        Chown(host.Bundle + "/files/file", uid, gid);
        Chown(host.Bundle + "/files/below", 3, 4);
        host.Mount("/plain", "bind", "files", "bind")
            .Mount("/mapped", "bind", "files", "bind", "idmap")
            .Mount("/other", "bind", "files", "bind", "idmap")
            .Mount("/tree", "bind", "files", "rbind", "ridmap");
        host.Mounts[6]!["uidMappings"] = Mapping(7, First + 70, 1);
        host.Mounts[6]!["gidMappings"] = Mapping(8, First + 80, 1);
        Assert.Equal("65534 65534\n7 8\n70 80\n7 8\n3 4\n", await host.OutputAsync());
        // What the container's root makes belongs to the root of the source.
        Assert.Equal("0 0\n", await Stat(host.Bundle + "/files/new"));
    }

    [Fact]
    public async Task Ids_are_mapped_without_a_user_namespace_too()
    {
        using var host = new MountHost("stat -c '%u %g' /mapped/file");
        Directory.CreateDirectory(host.Bundle + "/files");
        File.WriteAllText(host.Bundle + "/files/file", "");
        host.Mount("/mapped", "bind", "files", "bind", "idmap");
        host.Mounts[4]!["uidMappings"] = Mapping(0, 1000, 10);
        host.Mounts[4]!["gidMappings"] = Mapping(0, 2000, 10);
        Assert.Equal("1000 2000\n", await host.OutputAsync());
    }

    [Fact]
    public async Task Only_the_recursive_mapping_reaches_what_is_mounted_below()
    {
        using var host = InUserNamespace("stat -c '%u %g' /one/below /all/below");
        host.Mount("/one", "none", "/mnt", "rbind", "idmap").Mount("/all", "none", "/mnt", "rbind", "ridmap");
        Assert.Equal("65534 65534\n0 0\n", await host.OutputAsync("mount -t tmpfs t /mnt; mkdir /mnt/below; mount -t tmpfs t /mnt/below"));
    }

    [Fact]
    public async Task A_runtime_that_is_itself_in_a_user_namespace_shows_the_devices_of_its_host()
    {
        using var host = new MountHost("cat /proc/self/mountinfo; echo x > /dev/null && echo null works");
        var script = host.Bundle + "/nested";
        // The ids are the same inside: what differs are the rights.
        File.WriteAllText(
            script,
            $$"""
            unshare -U -m sh -c 'until grep -q . /proc/self/uid_map && grep -q . /proc/self/gid_map; do sleep 0.02; done; exec {{host.Command.Replace(" run ", " --cgroup-manager=disabled run ", StringComparison.Ordinal)}}' &
            until echo 0 0 65536 > /proc/$!/uid_map; do sleep 0.02; done 2> {{host.Bundle}}/retries
            echo 0 0 65536 > /proc/$!/gid_map
            wait $!
            """);
        var (code, output, error) = await host.RunAsync(runtime: "sh " + script);
        Assert.True(code == 0, error);
        var lines = MountHost.Lines(output);
        Assert.Equal("/null", lines.Single(line => line.Place == "/dev/null").Root);
        Assert.Equal("proc", lines.Single(line => line.Place == "/proc").Type);
        Assert.EndsWith("null works\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc", "bind idmap", "$.mounts[4].options: the ids of \"/proc\" cannot be mapped (invalid argument)")]
    [InlineData("/no/source", "bind", "$.mounts[4].source: \"/no/source\" cannot be mounted: no such file or directory")]
    public async Task What_cannot_be_prepared_is_refused_by_its_field(string source, string options, string expected)
    {
        using var host = InUserNamespace("true");
        host.Mount("/x", "none", source, options.Split(' '));
        await RefusedAsync(host, expected);
    }

    [Fact]
    public async Task A_root_that_is_a_link_is_refused_by_its_field()
    {
        using var host = InUserNamespace("true");
        Directory.Move(host.Rootfs, host.Bundle + "/real");
        File.CreateSymbolicLink(host.Rootfs, "real");
        await RefusedAsync(host, "$.root.path: ");
    }

    [Fact]
    public async Task A_mapping_needs_somebody_to_map_for()
    {
        using var host = new MountHost("true");
        host.Mount("/x", "none", "/tmp", "bind", "idmap");
        await RefusedAsync(host, "$.mounts[4].options: \"idmap\" needs uidMappings and gidMappings, or a container with a user namespace");
        host.Mounts[4]!["options"] = new JsonArray("mode=755");
        host.Mounts[4]!["type"] = "tmpfs";
        host.Mounts[4]!["uidMappings"] = Mapping(0, 1000, 10);
        host.Mounts[4]!["gidMappings"] = Mapping(0, 1000, 10);
        await RefusedAsync(host, "$.mounts[4].uidMappings: is for bind mounts");
    }

    [Fact]
    public async Task An_id_that_is_not_mapped_is_refused_by_its_field()
    {
        using var host = InUserNamespace("true");
        host.Mount("/x", "tmpfs", "tmpfs", "gid=70000");
        await RefusedAsync(host, "$.mounts[4].options: \"gid=70000\" is not mapped by linux.gidMappings");
    }

    [Theory]
    [InlineData("/dev/nothing", 1, "the host's /dev/nothing cannot be shown")]
    [InlineData("/dev/zero", 7, "the host's /dev/zero is another file")]
    public async Task A_device_that_the_host_does_not_have_is_refused_by_its_field(string path, int minor, string expected)
    {
        using var host = InUserNamespace("true");
        host.Linux["devices"] = new JsonArray(new JsonObject { ["path"] = path, ["type"] = "c", ["major"] = 1, ["minor"] = minor });
        await RefusedAsync(host, "$.linux.devices[0].path: " + expected);
    }

    [Fact]
    public async Task A_filesystem_that_the_user_namespace_has_no_right_to_is_explained()
    {
        using var host = InUserNamespace("true");
        var namespaces = host.Linux["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.Single(n => (string)n!["type"]! == "network"));
        await RefusedAsync(host, "sysfs a network");
    }

    static async Task RefusedAsync(MountHost host, string expected)
    {
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    static MountHost InUserNamespace(string script)
    {
        var host = new MountHost(script);
        host.Linux["namespaces"]!.AsArray().Add((JsonNode)new JsonObject { ["type"] = "user" });
        host.Linux["uidMappings"] = Mapping(0, First, 65536);
        host.Linux["gidMappings"] = Mapping(0, First, 65536);
        foreach (var path in Directory.EnumerateFileSystemEntries(host.Rootfs, "*", SearchOption.AllDirectories).Append(host.Rootfs))
        {
            Chown(path, First, First);
        }

        return host;
    }

    static JsonArray Mapping(int container, int host, int size) =>
        new(new JsonObject { ["containerID"] = container, ["hostID"] = host, ["size"] = size });

    static void Chown(string path, uint uid, uint gid) => Assert.Equal(0, NativeRuntime.lchown(path, uid, gid));

    static async Task<string> Stat(string path)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%u %g", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
