using System.Text.Json.Nodes;
using MiniRun.Runtime.Tests.Sandbox;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>
/// Images that try to lead the runtime's mounts and devices somewhere else (SECURITY R1 to R11). The control of each attack is the
/// same start by the same plan, from which the protecting step was taken: there the attack succeeds.
/// </summary>
[Trait("Category", "Integration")]
public sealed class HostileImageTests : IDisposable
{
    readonly string _secret = Directory.CreateTempSubdirectory("minirun-secret-").FullName;

    public void Dispose() => Directory.Delete(_secret, recursive: true);

    [Theory]
    [InlineData("{0}")]
    [InlineData("../../../../../../../..{0}")]
    [InlineData("chain")]
    [InlineData("/proc/self/root{0}")]
    public async Task No_link_of_the_image_leads_the_runtime_to_the_host(string target)
    {
        using var host = WithHostReachable("true");
        Directory.CreateDirectory(host.Rootfs + _secret);
        File.CreateSymbolicLink(host.Rootfs + "/chain", "chain2");
        File.CreateSymbolicLink(host.Rootfs + "/chain2", _secret);
        File.CreateSymbolicLink(host.Rootfs + "/srv", string.Format(System.Globalization.CultureInfo.InvariantCulture, target, _secret));
        host.Linux["devices"] = new JsonArray(Device("/srv/planted"));
        var (code, _, error) = await host.RunAsync();
        Assert.Empty(Directory.GetFileSystemEntries(_secret));
        if (target.StartsWith("/proc", StringComparison.Ordinal))
        {
            // A link of the kernel's is no way for a mount, inside the root or not.
            Assert.Contains("ELOOP", error, StringComparison.Ordinal);
        }
        else
        {
            Assert.True(code == 0, error);
            Assert.True(Exists(host.Rootfs + _secret + "/planted"));
        }

        (code, _, error) = await WithoutAsync(host, "root");
        Assert.True(code == 0, error);
        Assert.Single(Directory.GetFileSystemEntries(_secret));
    }

    [Theory]
    [InlineData("{0}/new/folder")]
    [InlineData("../../..{0}/new/folder")]
    [InlineData("missing/../{0}/new/folder")]
    public async Task A_link_to_nowhere_is_a_place_that_is_made_inside(string target)
    {
        using var host = WithHostReachable("cat /proc/self/mountinfo");
        File.CreateSymbolicLink(host.Rootfs + "/data", string.Format(System.Globalization.CultureInfo.InvariantCulture, target, _secret));
        host.Mount("/data/deeper", "tmpfs", "tmpfs");
        var lines = MountHost.Lines(await host.OutputAsync());
        Assert.Single(lines, line => line.Place == _secret + "/new/folder/deeper");
        Assert.Empty(Directory.GetFileSystemEntries(_secret));
    }

    [Fact]
    public async Task A_folder_that_turns_into_a_link_during_the_start_leads_nowhere_either()
    {
        using var host = WithHostReachable("true");
        host.Linux["devices"] = new JsonArray(Device("/srv/planted"));
        Directory.CreateDirectory(host.Rootfs + _secret);
        using var swap = new FolderSwap(host.Rootfs, "srv", _secret);
        for (var i = 0; i < 30; i++)
        {
            // What a start makes of it does not matter: it may also be refused.
            await host.RunAsync();
            Assert.Empty(Directory.GetFileSystemEntries(_secret));
        }

        for (var i = 0; i < 300 && Directory.GetFileSystemEntries(_secret).Length == 0; i++)
        {
            await WithoutAsync(host, "root");
        }

        Assert.Single(Directory.GetFileSystemEntries(_secret));
    }

    [Fact]
    public async Task A_root_that_is_a_link_is_refused()
    {
        using var host = new MountHost("echo entered");
        Directory.Move(host.Rootfs, host.Bundle + "/real");
        File.CreateSymbolicLink(host.Rootfs, "real");
        await RefusedAsync(host, "name the folder itself in root.path");
        Assert.Equal("entered\n", (await WithoutAsync(host, "root-link")).Output);
    }

    [Theory]
    [InlineData("proc")]
    [InlineData("sys")]
    public async Task The_kernels_filesystems_are_not_mounted_where_a_link_leads(string name)
    {
        using var host = new MountHost("cat /proc/self/mountinfo || cat /elsewhere/self/mountinfo");
        Directory.Delete($"{host.Rootfs}/{name}");
        Directory.CreateDirectory(host.Rootfs + "/elsewhere");
        File.CreateSymbolicLink($"{host.Rootfs}/{name}", "/elsewhere");
        host.Linux["maskedPaths"] = new JsonArray();
        host.Linux["readonlyPaths"] = new JsonArray();
        await RefusedAsync(host, "ELOOP");
        Assert.Contains(MountHost.Lines((await WithoutAsync(host, "links")).Output), line => line.Place == "/elsewhere");
    }

    [Fact]
    public async Task A_file_in_the_place_of_proc_is_refused()
    {
        using var host = new MountHost("true");
        Directory.Delete(host.Rootfs + "/proc");
        File.WriteAllText(host.Rootfs + "/proc", "");
        await RefusedAsync(host, "where a directory is needed");
    }

    [Theory]
    [InlineData("/dev/pts", "devpts")]
    [InlineData("/dev/shm", "tmpfs")]
    public async Task What_belongs_into_dev_is_not_mounted_where_a_link_leads(string place, string type)
    {
        using var host = new MountHost("cat /proc/self/mountinfo");
        host.Without("/dev").Without("/dev/pts");
        Directory.CreateDirectory(host.Rootfs + "/elsewhere");
        File.CreateSymbolicLink(host.Rootfs + place, "/elsewhere");
        host.Mount(place, type, type);
        await RefusedAsync(host, "ELOOP");
        Assert.Contains(MountHost.Lines((await WithoutAsync(host, "links")).Output), line => line.Place == "/elsewhere");
    }

    [Fact]
    public async Task A_dev_of_its_own_has_no_link_of_the_image()
    {
        using var host = new MountHost("cat /proc/self/mountinfo; ls -A /elsewhere");
        Directory.CreateDirectory(host.Rootfs + "/elsewhere");
        foreach (var name in (string[])["pts", "shm", "console", "null"])
        {
            File.CreateSymbolicLink($"{host.Rootfs}/dev/{name}", "/elsewhere");
        }

        host.Mount("/dev/shm", "tmpfs", "tmpfs");
        var output = await host.OutputAsync();
        Assert.DoesNotContain(MountHost.Lines(output), line => line.Place == "/elsewhere");
    }

    [Fact]
    public async Task The_terminal_is_not_mounted_where_a_link_leads()
    {
        using var host = new MountHost("ls -l /etc/target; cat /proc/self/mountinfo");
        host.Without("/dev");
        host.Config["process"]!["terminal"] = true;
        File.WriteAllText(host.Rootfs + "/etc/target", "");
        File.CreateSymbolicLink(host.Rootfs + "/dev/console", "/etc/target");
        var (_, output, error) = await host.RunAsync(runtime: $"script -qec '{host.Command}' /dev/null");
        Assert.Contains("openat2(root, \"dev/console\"", output + error, StringComparison.Ordinal);
        Assert.Contains("ELOOP", output + error, StringComparison.Ordinal);
        File.Delete(host.Rootfs + "/dev/console");
        (_, output, _) = await host.RunAsync(runtime: $"script -qec '{host.Command}' /dev/null");
        Assert.Contains(MountHost.Lines(output.ReplaceLineEndings("\n")), line => line.Place == "/dev/console");
    }

    [Theory]
    [InlineData("/proc/sys", "/srv/kernel")]
    [InlineData("/proc/self/attr", "/srv")]
    [InlineData("/sys/kernel", "/srv")]
    public async Task No_link_leads_a_mount_over_the_kernels_files(string target, string destination)
    {
        using var host = new MountHost("cat /proc/self/mountinfo || echo gone");
        File.CreateSymbolicLink(host.Rootfs + "/srv", target);
        host.Linux["readonlyPaths"] = new JsonArray();
        host.Mount(destination, "tmpfs", "tmpfs");
        await RefusedAsync(host, "refuse_filesystem(place, proc, sysfs, devpts, cgroup, cgroup2): EXDEV");
        var covered = destination.Replace("/srv", target, StringComparison.Ordinal).Replace("self", "1", StringComparison.Ordinal);
        Assert.Contains(MountHost.Lines((await WithoutAsync(host, "kernel-files")).Output), line => line.Place == covered);
    }

    [Theory]
    [InlineData("/proc/self", "tmpfs", "$.mounts[4].destination: \"/proc/self\" must not be covered")]
    [InlineData("/proc//sys/./kernel/", "tmpfs", "\"/proc/sys/kernel\" must not be covered")]
    [InlineData("/proc", "tmpfs", "$.mounts[4].type: \"tmpfs\" must not be mounted on /proc")]
    [InlineData("/", "tmpfs", "$.mounts[4].destination: must not be /")]
    public async Task A_configuration_cannot_cover_the_kernels_files_either(string destination, string type, string expected)
    {
        using var host = new MountHost("true");
        host.Mount(destination, type, type);
        await RefusedAsync(host, expected);
    }

    [Fact]
    public async Task A_file_of_lxcfs_may_stand_in_for_one_of_proc()
    {
        using var host = new MountHost("cat /proc/uptime");
        File.WriteAllText(host.Bundle + "/uptime", "of the container\n");
        host.Mount("/proc/uptime", "bind", "uptime", "bind", "ro");
        Assert.Equal("of the container\n", await host.OutputAsync());
    }

    [Theory]
    [InlineData("/proc", true)]
    [InlineData("/sys", false)]
    public async Task Only_a_proc_is_bound_to_proc(string source, bool isAccepted)
    {
        using var host = new MountHost("true").Without("/proc");
        host.Linux["maskedPaths"] = new JsonArray();
        host.Linux["readonlyPaths"] = new JsonArray();
        host.Mount("/proc", "none", source, "rbind");
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(isAccepted ? 0 : 1, code);
        Assert.Contains(isAccepted ? "" : "require_filesystem(source, proc): EXDEV", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_mask_is_made_of_what_the_image_calls_null(bool isLink)
    {
        using var host = new MountHost("cat /proc/timer_list");
        host.Without("/dev").Without("/dev/pts");
        host.Linux["maskedPaths"] = new JsonArray("/proc/timer_list");
        File.WriteAllText(host.Rootfs + "/etc/planted", "what the image wants to be read\n");
        if (isLink)
        {
            File.CreateSymbolicLink(host.Rootfs + "/dev/null", "/etc/planted");
        }
        else
        {
            File.Move(host.Rootfs + "/etc/planted", host.Rootfs + "/dev/null");
        }

        await RefusedAsync(host, "refused (CVE-2025-31133)");
        var (_, output, error) = await WithoutAsync(host, "devices links");
        Assert.True("what the image wants to be read\n" == output, error);
    }

    [Fact]
    public async Task Nothing_of_the_hosts_mounts_is_left()
    {
        using var host = new MountHost("cat /proc/self/mountinfo");
        Assert.DoesNotContain(MountHost.Lines(await host.OutputAsync("mount -t tmpfs marker /mnt")), line => line.Place.EndsWith("/mnt", StringComparison.Ordinal));
        var (code, output, error) = await WithoutAsync(host, "old-root", "mount -t tmpfs marker /mnt");
        Assert.True(code == 0, error);
        Assert.Contains(MountHost.Lines(output), line => line.Place.EndsWith("/mnt", StringComparison.Ordinal));
    }

    static MountHost WithHostReachable(string script) => UnprotectedStart.WithHostReachable(script);

    static JsonObject Device(string path) => new() { ["path"] = path, ["type"] = "c", ["major"] = 1, ["minor"] = 3 };

    static async Task RefusedAsync(MountHost host, string expected)
    {
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    static Task<(int Code, string Output, string Error)> WithoutAsync(MountHost host, string protections, string prepare = "") => UnprotectedStart.RunAsync(host, protections, prepare);

    static bool Exists(string path) => new FileInfo(path).Exists || Directory.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
