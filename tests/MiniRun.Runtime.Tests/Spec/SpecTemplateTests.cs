using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class SpecTemplateTests
{
    static readonly byte[] Profile = DefaultProfile.Document();

    [Fact]
    public void The_template_is_a_configuration_that_is_read_without_a_warning()
    {
        var config = ConfigReader.Read(SpecTemplate.Write(Profile));
        Assert.Empty(config.Warnings);
        Assert.Equal(("1.3.0", "rootfs", true, "minirun"), (config.OciVersion, config.Root.Path, config.Root.ReadOnly, config.Hostname));
        Assert.Equal(["sh"], config.Process.Arguments);
        Assert.True(config.Process is { Terminal: true, NoNewPrivileges: true, WorkingDirectory: "/", User: { Uid: 0, Gid: 0 } });
        Assert.Equal(["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup"], config.Mounts.Select(mount => mount.Destination));
        Assert.Equal(["pid", "network", "ipc", "uts", "mount", "cgroup"], config.Linux.Namespaces.Select(n => n.Type));
        Assert.Equal([new DeviceRule(false, 'a', null, null, "rwm")], config.Linux.Resources.Devices);
    }

    [Fact]
    public void The_template_is_hardened_as_the_panels_containers_are()
    {
        var config = ConfigReader.Read(SpecTemplate.Write(Profile));
        var eleven = Capabilities.Mask([.. Hardening.Capabilities]);
        Assert.Equal(11, System.Numerics.BitOperations.PopCount(eleven));
        Assert.True(config.Process.Capabilities is { Inheritable: 0, Ambient: 0 });
        Assert.Equal((eleven, eleven, eleven), (config.Process.Capabilities!.Bounding, config.Process.Capabilities.Effective, config.Process.Capabilities.Permitted));
        Assert.Equal(Hardening.MaskedPaths, config.Linux.MaskedPaths);
        Assert.Equal(Hardening.ReadOnlyPaths, config.Linux.ReadOnlyPaths);
        Assert.All(config.Mounts, mount => Assert.Contains("noexec", mount.Options));
        Assert.Equal(Profile, config.Linux.SeccompDocument);
    }

    [Fact]
    public void Without_root_the_containers_root_is_the_caller()
    {
        var config = ConfigReader.Read(SpecTemplate.WriteRootless(Profile, 1000, 100));
        Assert.Empty(config.Warnings);
        Assert.Equal(["pid", "user", "ipc", "uts", "mount", "cgroup"], config.Linux.Namespaces.Select(n => n.Type));
        Assert.Equal([new IdMapping(0, 1000, 1)], config.Linux.UidMappings);
        Assert.Equal([new IdMapping(0, 100, 1)], config.Linux.GidMappings);
        Assert.Empty(config.Linux.Resources.Devices);
        Assert.DoesNotContain(config.Mounts, mount => mount.Options.Contains("gid=5"));
        var sys = Assert.Single(config.Mounts, mount => mount.Destination == "/sys");
        Assert.Equal(("none", "/sys"), (sys.Type, sys.Source));
        Assert.Equal(["rbind", "nosuid", "noexec", "nodev", "ro"], sys.Options);
    }
}
