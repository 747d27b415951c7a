using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using MiniRun.Runtime.Tests.Sandbox;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>Rules about paths and mounts (docs/security.md, R1 to R12) that HostileImageTests does not show.</summary>
[Trait("Category", "Integration")]
public sealed partial class PathRuleTests : IDisposable
{
    readonly string _outside = Directory.CreateTempSubdirectory("minirun-outside-").FullName;

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    [Fact]
    public async Task R2_a_place_is_looked_up_again_while_others_rename()
    {
        using var host = new MountHost("true");
        Directory.CreateDirectory(host.Rootfs + "/one");
        File.CreateSymbolicLink(host.Rootfs + "/link", string.Concat(Enumerable.Repeat("one/../", 20)) + "two");
        for (var i = 0; i < 40; i++)
        {
            Directory.CreateDirectory($"{host.Rootfs}/two/{i}");
            host.Mount($"/link/{i}", "tmpfs", "tmpfs");
        }

        using var storm = new RenameStorm(_outside);
        for (var i = 0; i < 5; i++)
        {
            await host.OutputAsync();
        }

        var errors = "";
        for (var i = 0; i < 100 && !errors.Contains("EAGAIN", StringComparison.Ordinal); i++)
        {
            errors = (await UnprotectedStart.RunAsync(host, "attempts")).Error;
        }

        Assert.Contains("EAGAIN", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R3_a_file_is_made_inside_where_a_link_leads_out()
    {
        using var host = UnprotectedStart.WithHostReachable("cat /data");
        File.WriteAllText(host.Bundle + "/source", "of the caller\n");
        File.CreateSymbolicLink(host.Rootfs + "/data", _outside + "/planted");
        host.Mount("/data", "bind", "source", "bind");
        Assert.Equal("of the caller\n", await host.OutputAsync());
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
        Assert.True(File.Exists($"{host.Rootfs}{_outside}/planted"));

        Directory.Delete(host.Rootfs + "/tmp", recursive: true);
        await UnprotectedStart.RunAsync(host, "walk");
        Assert.Equal([_outside + "/planted"], Directory.GetFileSystemEntries(_outside));
    }

    /// <summary>Between the look at a place and the mount there it becomes a link. What was looked at is what is mounted on.</summary>
    [Fact]
    public async Task R4_a_mount_goes_to_the_place_that_was_looked_at()
    {
        using var host = new MountHost("true");
        var seen = _outside + "/seen";
        Directory.CreateDirectory(_outside + "/target");
        host.Config["hooks"] = new JsonObject
        {
            ["createContainer"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", $"PATH=/bin; cat /proc/self/mountinfo > {seen}") }),
        };
        host.Mount("/srv", "tmpfs", "marker");
        using var swap = new FolderSwap(host.Rootfs, "srv", _outside + "/target");
        var starts = 0;
        for (var i = 0; i < 30; i++)
        {
            // A start may also be refused.
            var (code, _, _) = await host.RunAsync();
            starts += code == 0 ? 1 : 0;
            Assert.DoesNotContain(File.Exists(seen) ? MountHost.Lines(File.ReadAllText(seen)) : [], IsOutside);
        }

        Assert.True(starts > 0, "no start was seen");
        var output = "";
        for (var i = 0; i < 300 && !MountHost.Lines(output).Exists(IsOutside); i++)
        {
            output = (await UnprotectedStart.RunAsync(host, "descriptor-places 'probe=cat /proc/$1/mountinfo'")).Output;
        }

        Assert.Contains(MountHost.Lines(output), IsOutside);
    }

    bool IsOutside(MountLine line) => line.Place == _outside + "/target";

    [Fact]
    public async Task R5_a_bind_is_never_writable_and_its_attributes_hold()
    {
        using var host = new MountHost("touch /data/planted && echo written");
        host.Mount("/data", "bind", _outside, "bind", "ro");
        Assert.DoesNotContain("written", (await host.RunAsync()).Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_outside));

        Assert.Contains("written", (await UnprotectedStart.RunAsync(host, "attributes")).Output, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_outside));
    }

    /// <summary>The peer writes such parameters when the container's files are in place already.</summary>
    [Fact]
    public async Task R7_what_the_image_has_at_proc_gets_nothing_of_what_is_the_kernels()
    {
        using var host = new MountHost("exec sleep 1000").Without("/proc");
        var parameter = host.Rootfs + "/proc/sys/net/ipv4/ip_forward";
        foreach (var file in (string[])[parameter, host.Rootfs + "/proc/self/oom_score_adj", host.Rootfs + "/proc/1/oom_score_adj"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "0\n");
        }

        host.Linux["maskedPaths"] = new JsonArray();
        host.Linux["readonlyPaths"] = new JsonArray();
        host.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_forward"] = "1" };
        host.ProcessSpec["oomScoreAdj"] = 777;
        await using (var container = await RunningContainer.StartAsync(host))
        {
            Assert.Equal("777\n", container.Read("oom_score_adj"));
            Assert.Equal("1\n", await InNetworkOfAsync(container.Pid, "cat /proc/sys/net/ipv4/ip_forward"));
        }

        Assert.Equal("0\n", File.ReadAllText(parameter));
        Assert.Equal("0\n", File.ReadAllText(host.Rootfs + "/proc/self/oom_score_adj"));

        Assert.SkipUnless(File.Exists("/usr/sbin/runc"), "runc is not installed");
        var (_, _, error) = await host.RunAsync(runtime: $"runc --root {_outside}/runc run --bundle {host.Bundle} {Path.GetFileName(host.Bundle)}");
        Assert.True(File.ReadAllText(parameter) == "1", error);
    }

    [Fact]
    public async Task R8_what_a_start_makes_is_made_in_the_writable_layer_and_never_in_the_image()
    {
        using var host = new MountHost("touch /etc/written").Mount("/made/deeper", "tmpfs", "tmpfs");
        File.WriteAllText(host.Bundle + "/hosts", "");
        host.Mount("/etc/hosts", "bind", "hosts", "bind");
        host.ProcessSpec["cwd"] = "/work/too";
        var image = Directory.GetFileSystemEntries(host.Rootfs, "*", SearchOption.AllDirectories);
        foreach (var folder in (string[])["merged", "upper", "work"])
        {
            Directory.CreateDirectory($"{host.Bundle}/{folder}");
        }

        host.Config["root"]!["path"] = "merged";
        host.Mount("/", "overlay", "overlay", $"lowerdir={host.Rootfs}", $"upperdir={host.Bundle}/upper", $"workdir={host.Bundle}/work");
        await host.OutputAsync();
        Assert.Equal(image.Order(), Directory.GetFileSystemEntries(host.Rootfs, "*", SearchOption.AllDirectories).Order());
        Assert.True(File.Exists(host.Bundle + "/upper/etc/hosts") && Directory.Exists(host.Bundle + "/upper/made/deeper") && Directory.Exists(host.Bundle + "/upper/work/too"));

        // The control: without the layer above it the same start changes the image.
        host.Mounts.RemoveAt(host.Mounts.Count - 1);
        host.Config["root"]!["path"] = "rootfs";
        await host.OutputAsync();
        Assert.NotEqual(image.Order(), Directory.GetFileSystemEntries(host.Rootfs, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task R9_a_mask_that_cannot_be_made_ends_the_start()
    {
        using var host = new MountHost("echo entered");
        File.CreateSymbolicLink(host.Rootfs + "/loop", "loop");
        host.Linux["maskedPaths"] = new JsonArray("/loop", "/not/there");
        var (code, output, error) = await host.RunAsync();
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("ELOOP", error, StringComparison.Ordinal);
        Assert.Equal("entered\n", (await UnprotectedStart.RunAsync(host, "masks")).Output);
    }

    [Theory]
    [InlineData("echo > /dev/pts/ptmx", "TIOCSPTLCK")]
    [InlineData("ln -s /dev/zero /dev/pts/ptmx", "ELOOP")]
    [InlineData("ln -s /dev/null /dev/pts/ptmx", "ELOOP")]
    public async Task R10_a_further_terminal_is_one_of_the_containers_devpts_or_none(string planted, string expected)
    {
        using var host = new MountHost($"{planted}; exec sleep 1000").Without("/dev/pts");
        File.CreateSymbolicLink(host.Rootfs + "/bin/ln", "busybox");
        File.CreateSymbolicLink(host.Rootfs + "/bin/tty", "busybox");
        await using (var container = await RunningContainer.StartAsync(host))
        {
            var (code, _, error) = await container.RunAsync($"exec --tty {Path.GetFileName(host.Bundle)} tty");
            Assert.Equal(255, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }

        using var other = new MountHost("exec sleep 1000");
        File.CreateSymbolicLink(other.Rootfs + "/bin/tty", "busybox");
        await using var control = await RunningContainer.StartAsync(other);
        Assert.Equal("/dev/pts/0", (await control.ExecAsync("tty", "--tty")).Trim());
    }

    [Fact]
    public async Task R11_a_working_directory_outside_is_refused_twice()
    {
        File.WriteAllText(_outside + "/secret", "of the host\n");
        using var host = new MountHost("cat secret");
        host.ProcessSpec["cwd"] = "/proc/self/fd/7";
        var leak = $"exec 7<{_outside}";
        var (code, output, error) = await host.RunAsync(leak);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("ELOOP", error, StringComparison.Ordinal);

        (code, output, error) = await UnprotectedStart.RunAsync(host, "root", leak);
        Assert.Equal("", output);
        Assert.Contains("refused (CVE-2024-21626)", error, StringComparison.Ordinal);

        (code, output, error) = await UnprotectedStart.RunAsync(host, "root working-directory", leak);
        Assert.True(output == "of the host\n", error);
    }

    /// <summary>What the calls of a start open, as strace sees them.</summary>
    [Fact]
    public async Task R12_no_stream_is_opened_by_its_path()
    {
        string[] streams = ["/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/null", "/dev/tty", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "dev/console"];
        using var host = new MountHost("true");
        var start = await CallsAsync(host, host.Command);
        Assert.Contains("execve(\"/bin/sh\"", start, StringComparison.Ordinal);
        Assert.DoesNotContain(Opened(start), path => streams.Contains(path));
        // The control: what opens one is seen to.
        Assert.Contains("/dev/null", Opened(await CallsAsync(host, "/bin/sh -c ': > /dev/null'")));
    }

    static async Task<string> CallsAsync(MountHost host, string command)
    {
        var calls = host.Bundle + "/calls";
        await host.RunAsync(runtime: $"strace -f -o {calls} -e trace=open,openat,openat2,execve {command}");
        return await File.ReadAllTextAsync(calls, TestContext.Current.CancellationToken);
    }

    static IEnumerable<string> Opened(string calls) =>
        calls.Split('\n').Where(line => line.Contains("open", StringComparison.Ordinal) && line.Contains('"')).Select(line => line.Split('"')[1]);

    static async Task<string> InNetworkOfAsync(int pid, string command)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("nsenter", ["--net", "-t", $"{pid}", "--", "sh", "-c", command])
        {
            UseShellExecute = false, RedirectStandardOutput = true,
        })!;
        return await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Renames a file as fast as it can, which every resolution with ".." on the machine notices.</summary>
    sealed partial class RenameStorm : IDisposable
    {
        readonly Thread _thread;
        volatile bool _isOver;

        public RenameStorm(string folder)
        {
            var (one, other) = (folder + "/one", folder + "/other");
            File.WriteAllText(one, "");
            _thread = new Thread(() =>
            {
                while (!_isOver)
                {
                    _ = rename(one, other);
                    _ = rename(other, one);
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _isOver = true;
            _thread.Join();
        }

        [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
        private static partial int rename(string from, string to);
    }
}
