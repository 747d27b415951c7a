using System.Text;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class ConfigReaderTests
{
    [Fact]
    public void Everything_that_runc_spec_writes_is_read()
    {
        var config = ConfigReader.Read(SampleConfig.Bytes);
        Assert.Equal(("1.2.1", "runc", "example"), (config.OciVersion, config.Hostname, config.Domainname));
        Assert.Equal(("rootfs", true), (config.Root.Path, config.Root.ReadOnly));
        Assert.Equal(["/proc", "/dev"], config.Mounts.Select(m => m.Destination));
        Assert.Equal(("tmpfs", "tmpfs"), (config.Mounts[1].Type, config.Mounts[1].Source));
        Assert.Equal(["nosuid", "mode=755"], config.Mounts[1].Options);
    }

    [Fact]
    public void The_process_is_read()
    {
        var process = ConfigReader.Read(SampleConfig.Bytes).Process;
        Assert.True(process.Terminal);
        Assert.Equal((132, 40), process.ConsoleSize);
        Assert.Equal((1000u, 100u, 63), (process.User.Uid, process.User.Gid, process.User.Umask));
        Assert.Equal([5u, 27u], process.User.AdditionalGids);
        Assert.Equal(["sh", "-c", "echo hello"], process.Arguments);
        Assert.Equal(["PATH=/usr/bin:/bin", "TERM=xterm", "EMPTY="], process.Environment);
        Assert.Equal("/srv", process.WorkingDirectory);
        Assert.Equal([new RlimitSpec(7, 512, 1024), new RlimitSpec(4, 0, ulong.MaxValue)], process.Rlimits);
        Assert.True(process.NoNewPrivileges);
        Assert.Equal(-500, process.OomScoreAdjustment);
        Assert.Equal((1UL << 29) | (1UL << 5) | (1UL << 10), process.Capabilities!.Bounding);
        Assert.Equal(1UL << 5, process.Capabilities.Effective);
        Assert.Equal((1UL << 5) | (1UL << 40), process.Capabilities.Permitted);
        Assert.Equal(1UL, process.Capabilities.Inheritable);
        Assert.Equal(1UL << 5, process.Capabilities.Ambient);
    }

    [Fact]
    public void The_Linux_part_is_read()
    {
        var linux = ConfigReader.Read(SampleConfig.Bytes).Linux;
        Assert.Equal(["pid", "network", "mount"], linux.Namespaces.Select(n => n.Type));
        Assert.True(linux.Has("pid"));
        Assert.False(linux.Has("uts"));
        Assert.Equal("/minirun/sample", linux.CgroupsPath);
        Assert.Equal((67108864L, -1L), (linux.Resources.MemoryLimit, linux.Resources.MemorySwap));
        Assert.Equal((50000L, 100000UL, 512UL), (linux.Resources.CpuQuota, linux.Resources.CpuPeriod, linux.Resources.CpuShares));
        Assert.Equal(32, linux.Resources.PidsLimit);
        Assert.Equal(["/proc/kcore"], linux.MaskedPaths);
        Assert.Equal(["/proc/sys"], linux.ReadOnlyPaths);
    }

    [Fact]
    public void What_may_be_left_out_may_be_left_out()
    {
        var config = ConfigReader.Read("""{"ociVersion":"1.0.0","process":{"args":["true"],"cwd":"/"},"root":{"path":"/"}}"""u8);
        Assert.Null(config.Hostname);
        Assert.Null(config.Process.Capabilities);
        Assert.Null(config.Process.OomScoreAdjustment);
        Assert.Null(config.Process.User.Umask);
        Assert.Null(config.Linux.CgroupsPath);
        Assert.Null(config.Linux.Resources.MemoryLimit);
        Assert.Empty(config.Mounts);
        Assert.Empty(config.Linux.Namespaces);
    }

    [Theory]
    [InlineData("linux.seccomp", "null")]
    [InlineData("linux.sysctl", "{ }")]
    [InlineData("linux.uidMappings", "[]")]
    [InlineData("linux.personality", "null")]
    [InlineData("linux.rootfsPropagation", "\"rprivate\"")]
    [InlineData("linux.rootfsPropagation", "\"\"")]
    [InlineData("hooks", "{}")]
    [InlineData("hooks", "null")]
    [InlineData("mounts.1.gidMappings", "null")]
    [InlineData("unknown", """{"deeply":[{"nested":[1,2,{"x":null}]}]}""")]
    public void What_is_unknown_or_empty_changes_nothing(string path, string json) =>
        Assert.Equal(["sh", "-c", "echo hello"], ConfigReader.Read(SampleConfig.With(path, json)).Process.Arguments);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("\"text\"")]
    public void What_is_no_object_is_refused_at_the_root(string document) => Refused(Encoding.UTF8.GetBytes(document), "$");

    [Theory]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("}")]
    [InlineData("\0")]
    public void Nothing_may_follow_the_document(string rest) => Refused([.. SampleConfig.Bytes, .. Encoding.UTF8.GetBytes(rest)], "$");

    [Fact]
    public void White_space_may_follow_the_document() =>
        Assert.Equal("runc", ConfigReader.Read([.. SampleConfig.Bytes, .. "\n \t\r\n"u8]).Hostname);

    [Theory]
    [InlineData("unknown")]
    [InlineData("process.args")]
    public void A_document_may_not_be_too_deep(string path)
    {
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(SampleConfig.With(path, new string('[', 200) + new string(']', 200))));
        Assert.StartsWith("$." + path, error.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var bytes = SampleConfig.Bytes;
        bytes[Array.IndexOf(bytes, (byte)'h', bytes.AsSpan().IndexOf("echo"u8))] = 0xFF;
        Refused(bytes, "$.process.args[2]");
    }

    static void Refused(byte[] document, string path)
    {
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(document));
        Assert.Equal(path, error.Path);
        Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
    }
}
