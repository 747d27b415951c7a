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
    [InlineData("1.0.0")]
    [InlineData("1.0.2-dev")]
    [InlineData("1.3.7+build.5")]
    public void The_versions_1_0_to_1_3_are_accepted(string version) =>
        Assert.Equal(version, ConfigReader.Read(SampleConfig.With("ociVersion", $"\"{version}\"")).OciVersion);

    [Theory]
    [InlineData("linux.seccomp", "{}")]
    [InlineData("linux.seccomp", "null")]
    [InlineData("linux.sysctl", "{ }")]
    [InlineData("linux.uidMappings", "[]")]
    [InlineData("linux.personality", "null")]
    [InlineData("linux.rootfsPropagation", "\"rprivate\"")]
    [InlineData("linux.rootfsPropagation", "\"\"")]
    [InlineData("hooks", "{}")]
    [InlineData("hooks", "null")]
    [InlineData("process.ioPriority", "{}")]
    [InlineData("mounts.1.gidMappings", "null")]
    [InlineData("unknown", """{"deeply":[{"nested":[1,2,{"x":null}]}]}""")]
    [InlineData("process.unknown", "[1]")]
    [InlineData("process.user.unknown", "true")]
    [InlineData("process.consoleSize.unknown", "\"x\"")]
    [InlineData("process.capabilities.unknown", "[]")]
    [InlineData("process.rlimits.0.unknown", "7")]
    [InlineData("root.unknown", "{}")]
    [InlineData("linux.unknown", "{}")]
    [InlineData("linux.resources.memory.unknown", "[{}]")]
    public void What_is_unknown_or_empty_changes_nothing(string path, string json) =>
        Assert.Equal(["sh", "-c", "echo hello"], ConfigReader.Read(SampleConfig.With(path, json)).Process.Arguments);

    [Theory]
    [InlineData("ociVersion")]
    [InlineData("process")]
    [InlineData("process.args")]
    [InlineData("root")]
    [InlineData("root.path")]
    public void A_field_that_must_be_there_is_missed_by_name(string path)
    {
        var error = Refused(SampleConfig.Without(path), "$." + path);
        Assert.EndsWith("is missing", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mounts.0.destination", "$.mounts[0].destination")]
    [InlineData("linux.namespaces.1.type", "$.linux.namespaces[1].type")]
    [InlineData("process.rlimits.1.type", "$.process.rlimits[1].type")]
    public void A_field_that_an_item_must_have_is_missed_by_its_index(string path, string jsonPath) =>
        Refused(SampleConfig.Without(path), jsonPath);

    [Theory]
    [InlineData("ociVersion", "12", "$.ociVersion")]
    [InlineData("ociVersion", "\"2.0.0\"", "$.ociVersion")]
    [InlineData("ociVersion", "\"1.4.0\"", "$.ociVersion")]
    [InlineData("ociVersion", "\"1.0\"", "$.ociVersion")]
    [InlineData("ociVersion", "\"1.0.\"", "$.ociVersion")]
    [InlineData("ociVersion", "\"1.0. 5\"", "$.ociVersion")]
    [InlineData("process", "[]", "$.process")]
    [InlineData("process.terminal", "\"yes\"", "$.process.terminal")]
    [InlineData("process.consoleSize", "7", "$.process.consoleSize")]
    [InlineData("process.consoleSize.width", "65536", "$.process.consoleSize.width")]
    [InlineData("process.consoleSize.height", "-1", "$.process.consoleSize.height")]
    [InlineData("process.user.uid", "4294967295", "$.process.user.uid")]
    [InlineData("process.user.gid", "-1", "$.process.user.gid")]
    [InlineData("process.user.umask", "512", "$.process.user.umask")]
    [InlineData("process.user.additionalGids", "[1, 2, \"3\"]", "$.process.user.additionalGids[2]")]
    [InlineData("process.user.uid", "1.5", "$.process.user.uid")]
    [InlineData("process.args", "\"sh\"", "$.process.args")]
    [InlineData("process.args", "[]", "$.process.args")]
    [InlineData("process.args", "[\"\"]", "$.process.args")]
    [InlineData("process.args", "[\"sh\", 7]", "$.process.args[1]")]
    [InlineData("process.args", "[\"a\\u0000b\"]", "$.process.args[0]")]
    [InlineData("process.args", "[\"\\ud800\"]", "$.process.args[0]")]
    [InlineData("process.args", "[\"\\udc00x\"]", "$.process.args[0]")]
    [InlineData("process.env", "[\"A=1\", \"B\"]", "$.process.env[1]")]
    [InlineData("process.env", "[\"=1\"]", "$.process.env[0]")]
    [InlineData("process.cwd", "\"srv\"", "$.process.cwd")]
    [InlineData("process.cwd", "\"\"", "$.process.cwd")]
    [InlineData("process.capabilities.bounding", "[\"CAP_KILL\", \"CAP_FLY\"]", "$.process.capabilities.bounding[1]")]
    [InlineData("process.capabilities.ambient", "[\"KILL\"]", "$.process.capabilities.ambient[0]")]
    [InlineData("process.capabilities.effective", "{}", "$.process.capabilities.effective")]
    [InlineData("process.rlimits.0.type", "\"RLIMIT_FUN\"", "$.process.rlimits[0].type")]
    [InlineData("process.rlimits.0.type", "\"NOFILE\"", "$.process.rlimits[0].type")]
    [InlineData("process.rlimits.0.soft", "1025", "$.process.rlimits[0].soft")]
    [InlineData("process.rlimits.0.hard", "18446744073709551616", "$.process.rlimits[0].hard")]
    [InlineData("process.noNewPrivileges", "1", "$.process.noNewPrivileges")]
    [InlineData("process.oomScoreAdj", "1001", "$.process.oomScoreAdj")]
    [InlineData("process.oomScoreAdj", "-1001", "$.process.oomScoreAdj")]
    [InlineData("process.apparmorProfile", "\"docker-default\"", "$.process.apparmorProfile")]
    [InlineData("process.selinuxLabel", "\"x\"", "$.process.selinuxLabel")]
    [InlineData("process.scheduler", """{"policy":"SCHED_FIFO"}""", "$.process.scheduler")]
    [InlineData("root.path", "\"\"", "$.root.path")]
    [InlineData("root.path", "null", "$.root.path")]
    [InlineData("root.readonly", "0", "$.root.readonly")]
    [InlineData("hostname", "\"1234567890123456789012345678901234567890123456789012345678901234x\"", "$.hostname")]
    [InlineData("domainname", "\"\\u00e41234567890123456789012345678901234567890123456789012345678901x34\"", "$.domainname")]
    [InlineData("mounts", "{}", "$.mounts")]
    [InlineData("mounts.0", "7", "$.mounts[0]")]
    [InlineData("mounts.1.destination", "\"dev\"", "$.mounts[1].destination")]
    [InlineData("mounts.1.destination", "\"/dev/../etc\"", "$.mounts[1].destination")]
    [InlineData("mounts.1.options", "[\"ro\", null]", "$.mounts[1].options[1]")]
    [InlineData("mounts.1.uidMappings", "[{}]", "$.mounts[1].uidMappings")]
    [InlineData("hooks", """{"prestart":[]}""", "$.hooks")]
    [InlineData("linux.namespaces", """[{"type":"pid"},{"type":"pid"}]""", "$.linux.namespaces[1].type")]
    [InlineData("linux.namespaces", """[{"type":"user"}]""", "$.linux.namespaces[0].type")]
    [InlineData("linux.namespaces", """[{"type":"time"}]""", "$.linux.namespaces[0].type")]
    [InlineData("linux.namespaces.0.path", "\"/proc/1/ns/pid\"", "$.linux.namespaces[0].path")]
    [InlineData("linux.cgroupsPath", "\"/a/../b\"", "$.linux.cgroupsPath")]
    [InlineData("linux.cgroupsPath", "\"/a/./b\"", "$.linux.cgroupsPath")]
    [InlineData("linux.cgroupsPath", "\"/.\"", "$.linux.cgroupsPath")]
    [InlineData("linux.resources.memory.limit", "-2", "$.linux.resources.memory.limit")]
    [InlineData("linux.resources.memory.swap", "\"1g\"", "$.linux.resources.memory.swap")]
    [InlineData("linux.resources.cpu.quota", "-2", "$.linux.resources.cpu.quota")]
    [InlineData("linux.resources.cpu.period", "1000001", "$.linux.resources.cpu.period")]
    [InlineData("linux.resources.cpu.shares", "262145", "$.linux.resources.cpu.shares")]
    [InlineData("linux.resources.pids.limit", "\"many\"", "$.linux.resources.pids.limit")]
    [InlineData("linux.maskedPaths", "[\"/a\", \"b\"]", "$.linux.maskedPaths[1]")]
    [InlineData("linux.readonlyPaths", "[\"\"]", "$.linux.readonlyPaths[0]")]
    [InlineData("linux.rootfsPropagation", "\"shared\"", "$.linux.rootfsPropagation")]
    [InlineData("linux.seccomp", "[]", "$.linux.seccomp")]
    [InlineData("linux.sysctl", """{"net.core.somaxconn":"1"}""", "$.linux.sysctl")]
    [InlineData("linux.uidMappings", "[{}]", "$.linux.uidMappings")]
    [InlineData("linux.gidMappings", "[1]", "$.linux.gidMappings")]
    [InlineData("linux.devices", "[{}]", "$.linux.devices")]
    [InlineData("linux.intelRdt", """{"closID":"x"}""", "$.linux.intelRdt")]
    [InlineData("linux.personality", """{"domain":"LINUX32"}""", "$.linux.personality")]
    [InlineData("linux.timeOffsets", """{"monotonic":{}}""", "$.linux.timeOffsets")]
    [InlineData("linux.netDevices", """{"eth0":{}}""", "$.linux.netDevices")]
    [InlineData("linux.memoryPolicy", "\"x\"", "$.linux.memoryPolicy")]
    public void A_value_that_cannot_be_used_is_named_by_its_path(string path, string json, string jsonPath) =>
        Refused(SampleConfig.With(path, json), jsonPath);

    [Fact]
    public void A_name_with_escapes_is_the_name_that_it_means()
    {
        Refused(Encoding.UTF8.GetBytes(SampleConfig.Text.Replace("\"seccomp\": null", "\"sec\\u0063omp\": [1]", StringComparison.Ordinal)), "$.linux.sec\\u0063omp");
        var renamed = Encoding.UTF8.GetBytes(SampleConfig.Text.Replace("\"hostname\"", "\"h\\u006fstname\"", StringComparison.Ordinal));
        Assert.Equal("runc", ConfigReader.Read(renamed).Hostname);
    }

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

    [Fact]
    public void A_document_may_end_nowhere_but_at_its_end()
    {
        for (var length = 0; length < SampleConfig.Bytes.Length; length++)
        {
            Assert.Throws<SpecException>(() => ConfigReader.Read(SampleConfig.Bytes.AsSpan(0, length)));
        }
    }

    static SpecException Refused(byte[] document, string path)
    {
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(document));
        Assert.Equal(path, error.Path);
        Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
        return error;
    }
}
