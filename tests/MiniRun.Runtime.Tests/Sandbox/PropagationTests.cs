namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Which mounts made later travel between the host and a container (mount_namespaces(7)).</summary>
[Trait("Category", "Integration")]
public sealed class PropagationTests
{
    /// <summary>The host mounts something below the shared source once the container runs, which it tells by a file.</summary>
    const string MountLater =
        "mount -t tmpfs t /mnt; mount --make-shared /mnt; mkdir /mnt/later /mnt/below; "
        + "(while [ ! -e $bundle/rootfs/tmp/running ]; do sleep 0.02; done; mount -t tmpfs -o size=4k t /mnt/later; touch $bundle/rootfs/tmp/mounted) &";

    const string Wait = "touch /tmp/running; while [ ! -e /tmp/mounted ]; do sleep 0.02; done; cat /proc/self/mountinfo";

    [Theory]
    [InlineData("", "")]
    [InlineData("private", "")]
    [InlineData("rprivate", "")]
    [InlineData("shared", "shared:")]
    [InlineData("rshared", "shared:")]
    [InlineData("unbindable", "unbindable")]
    [InlineData("runbindable", "unbindable")]
    // Its host's mount is private here: there is nobody to follow.
    [InlineData("slave", "")]
    [InlineData("rslave", "")]
    public async Task The_root_gets_the_propagation_asked_for(string propagation, string expected)
    {
        using var host = new MountHost("cat /proc/self/mountinfo");
        host.Linux["rootfsPropagation"] = propagation;
        var lines = MountHost.Lines(await host.OutputAsync());
        var isRecursive = propagation.StartsWith('r');
        Assert.All(lines, line => Assert.StartsWith(line.Place == "/" || isRecursive ? expected : "", line.Propagation, StringComparison.Ordinal));
        Assert.Equal(expected.Length == 0, lines.Single(line => line.Place == "/").Propagation.Length == 0);
        // A peer group of its own: not that of a mount of the host.
        Assert.DoesNotContain(lines, line => line.Propagation.Contains("master", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("slave")]
    [InlineData("rslave")]
    public async Task A_root_that_is_a_slave_follows_the_mount_that_holds_it(string propagation)
    {
        using var host = new MountHost("touch /tmp/running; while [ ! -e /tmp/mounted ]; do sleep 0.02; done; cat /proc/self/mountinfo");
        host.Linux["rootfsPropagation"] = propagation;
        Directory.CreateDirectory(host.Rootfs + "/later");
        var lines = MountHost.Lines(await host.OutputAsync(
            "(while [ ! -e $bundle/rootfs/tmp/running ]; do sleep 0.02; done; mount -t tmpfs t $bundle/rootfs/later; touch $bundle/rootfs/tmp/mounted) &",
            "shared"));
        Assert.StartsWith("master:", lines.Single(line => line.Place == "/").Propagation, StringComparison.Ordinal);
        Assert.Single(lines, line => line.Place == "/later");
    }

    [Theory]
    [InlineData("", "rslave", true)]
    [InlineData("", "slave", true)]
    [InlineData("", "rshared", true)]
    [InlineData("rslave", "", true)]
    [InlineData("slave", "", true)]
    [InlineData("rshared", "rslave", true)]
    [InlineData("", "", false)]
    [InlineData("", "rprivate", false)]
    [InlineData("rslave", "rprivate", false)]
    [InlineData("rshared", "", false)]
    [InlineData("rshared", "rprivate", false)]
    [InlineData("private", "", false)]
    public async Task A_mount_of_the_host_appears_below_a_source_that_follows_it(string root, string option, bool appears)
    {
        using var host = new MountHost(Wait);
        host.Linux["rootfsPropagation"] = root;
        host.Mount("/data", "none", "/mnt", option.Length > 0 ? ["rbind", option] : ["rbind"]);
        var lines = MountHost.Lines(await host.OutputAsync(MountLater));
        Assert.Equal(appears, lines.Exists(line => line.Place == "/data/later"));
    }

    [Theory]
    [InlineData("rshared", true)]
    [InlineData("rslave", false)]
    [InlineData("rprivate", false)]
    public async Task A_mount_of_the_container_reaches_the_host_only_when_it_is_shared_with_it(string option, bool reaches)
    {
        using var host = new MountHost(Wait);
        host.Mount("/data", "none", "/mnt", "rbind", option).Mount("/data/below", "tmpfs", "tmpfs");
        var output = await host.OutputAsync(MountLater.Replace(
            "touch $bundle/rootfs/tmp/mounted)", "cp /proc/self/mountinfo $bundle/seen; touch $bundle/rootfs/tmp/mounted)", StringComparison.Ordinal));
        Assert.Contains(MountHost.Lines(output), line => line.Place == "/data/below");
        Assert.Equal(reaches, MountHost.Lines(File.ReadAllText(host.Bundle + "/seen")).Exists(line => line.Place == "/mnt/below"));
    }

    [Fact]
    public async Task What_is_said_of_one_mount_outranks_what_is_said_of_all()
    {
        using var host = new MountHost("cat /proc/self/mountinfo");
        host.Linux["rootfsPropagation"] = "rshared";
        host.Mount("/own", "tmpfs", "tmpfs", "private").Mount("/none", "tmpfs", "tmpfs");
        var lines = MountHost.Lines(await host.OutputAsync());
        Assert.Equal("", lines.Single(line => line.Place == "/own").Propagation);
        Assert.StartsWith("shared:", lines.Single(line => line.Place == "/none").Propagation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_a_start_reaches_a_host_whose_mounts_are_shared()
    {
        using var host = new MountHost("true");
        host.Linux["rootfsPropagation"] = "rshared";
        host.Mount("/data", "tmpfs", "tmpfs");
        var before = "cp /proc/self/mountinfo $bundle/before; ";
        var (code, _, error) = await host.RunAsync(
            before, "shared",
            $"sh -c '{Repository.RuntimeBinary} --root /run/minirun-test-{Environment.ProcessId} run --bundle {host.Bundle} quiet; code=$?; cat /proc/self/mountinfo > {host.Bundle}/after; rmdir /run/minirun-test-{Environment.ProcessId}; exit $code'");
        Assert.True(code == 0, error);
        Assert.Equal(File.ReadAllText(host.Bundle + "/before"), File.ReadAllText(host.Bundle + "/after"));
    }
}
