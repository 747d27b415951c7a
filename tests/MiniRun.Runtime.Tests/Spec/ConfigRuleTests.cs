using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>What a value of the right type must be, field by field.</summary>
public sealed class ConfigRuleTests
{
    [Theory]
    [InlineData("$.process.consoleSize.width", "65535", "65536")]
    [InlineData("$.process.consoleSize.height", "0", "-1")]
    [InlineData("$.process.user.uid", "4294967294", "4294967295")]
    [InlineData("$.process.user.gid", "4294967294", "4294967295")]
    [InlineData("$.process.user.umask", "511", "512")]
    [InlineData("$.process.user.additionalGids[1]", "4294967294", "4294967295")]
    [InlineData("$.process.oomScoreAdj", "1000", "1001")]
    [InlineData("$.process.oomScoreAdj", "-1000", "-1001")]
    [InlineData("$.process.rlimits[0].soft", "1024", "1025")]
    [InlineData("$.process.scheduler.nice", "19", "20")]
    [InlineData("$.process.scheduler.nice", "-20", "-21")]
    [InlineData("$.process.scheduler.priority", "0", "100")]
    [InlineData("$.process.scheduler.runtime", "2000000", "2000001")]
    [InlineData("$.process.scheduler.runtime", "1", "0")]
    [InlineData("$.process.scheduler.deadline", "3000000", "3000001")]
    [InlineData("$.process.ioPriority.priority", "7", "8")]
    [InlineData("$.hooks.prestart[0].timeout", "1", "0")]
    [InlineData("$.hooks.prestart[0].timeout", "2147483647", "2147483648")]
    [InlineData("$.linux.uidMappings[0].containerID", "4294901759", "4294967295")]
    [InlineData("$.linux.uidMappings[0].hostID", "4294901759", "4294967295")]
    [InlineData("$.linux.uidMappings[0].size", "4294867295", "4294867296")]
    [InlineData("$.linux.uidMappings[0].size", "1", "0")]
    [InlineData("$.linux.timeOffsets.monotonic.secs", "9223372036", "9223372037")]
    [InlineData("$.linux.timeOffsets.monotonic.nanosecs", "999999999", "1000000000")]
    [InlineData("$.linux.devices[0].major", "4095", "4096")]
    [InlineData("$.linux.devices[0].minor", "1048575", "1048576")]
    [InlineData("$.linux.devices[0].fileMode", "511", "512")]
    [InlineData("$.linux.devices[0].fileMode", "8630", "9142")]
    [InlineData("$.linux.devices[0].uid", "4294967294", "4294967295")]
    [InlineData("$.linux.devices[0].gid", "4294967294", "4294967295")]
    [InlineData("$.linux.resources.devices[1].major", "-1", "-2")]
    [InlineData("$.linux.resources.devices[1].major", "4095", "4096")]
    [InlineData("$.linux.resources.devices[1].minor", "1048575", "1048576")]
    [InlineData("$.linux.resources.memory.limit", "-1", "-2")]
    [InlineData("$.linux.resources.memory.reservation", "9223372036854775807", "9223372036854775808")]
    [InlineData("$.linux.resources.memory.swap", "67108864", "67108863")]
    [InlineData("$.linux.resources.memory.swap", "-1", "-2")]
    [InlineData("$.linux.resources.memory.kernel", "-1", "-2")]
    [InlineData("$.linux.resources.memory.kernelTCP", "-1", "-2")]
    [InlineData("$.linux.resources.memory.swappiness", "100", "101")]
    [InlineData("$.linux.resources.cpu.shares", "262144", "262145")]
    [InlineData("$.linux.resources.cpu.quota", "-1", "-2")]
    [InlineData("$.linux.resources.cpu.quota", "10000", "999")]
    [InlineData("$.linux.resources.cpu.burst", "50000", "50001")]
    [InlineData("$.linux.resources.cpu.period", "1000", "999")]
    [InlineData("$.linux.resources.cpu.period", "1000000", "1000001")]
    [InlineData("$.linux.resources.cpu.realtimeRuntime", "1000000", "1000001")]
    [InlineData("$.linux.resources.cpu.idle", "0", "2")]
    [InlineData("$.linux.resources.blockIO.weight", "1000", "1001")]
    [InlineData("$.linux.resources.blockIO.weight", "10", "9")]
    [InlineData("$.linux.resources.blockIO.leafWeight", "10", "9")]
    [InlineData("$.linux.resources.blockIO.weightDevice[0].weight", "1000", "1001")]
    [InlineData("$.linux.resources.blockIO.weightDevice[0].leafWeight", "10", "9")]
    [InlineData("$.linux.resources.blockIO.weightDevice[0].major", "4095", "4096")]
    [InlineData("$.linux.resources.blockIO.throttleReadBpsDevice[0].minor", "1048575", "1048576")]
    [InlineData("$.linux.resources.network.classID", "4294967295", "4294967296")]
    [InlineData("$.linux.resources.network.priorities[0].priority", "4294967295", "4294967296")]
    [InlineData("$.linux.resources.rdma.mlx5_1.hcaHandles", "4294967295", "4294967296")]
    [InlineData("$.linux.resources.rdma.mlx5_1.hcaObjects", "4294967295", "4294967296")]
    public void A_number_may_be_the_last_that_the_kernel_takes_and_no_more(string path, string last, string tooMuch)
    {
        Read(path, last);
        var error = Assert.Throws<SpecException>(() => Read(path, tooMuch));
        // A range of ids ends where another field says.
        Assert.StartsWith(path[..path.LastIndexOf('.')], error.Path, StringComparison.Ordinal);
        Assert.Contains("must ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$.ociVersion", "2.0.0")]
    [InlineData("$.ociVersion", "1.4.0")]
    [InlineData("$.ociVersion", "1.0")]
    [InlineData("$.ociVersion", "1.0.")]
    [InlineData("$.ociVersion", "1.0. 5")]
    [InlineData("$.ociVersion", "1.0.5x")]
    [InlineData("$.ociVersion", "01.0.5")]
    [InlineData("$.ociVersion", "")]
    [InlineData("$.process.args[0]", "", "$.process.args")]
    [InlineData("$.process.env[0]", "PATH")]
    [InlineData("$.process.env[0]", "=1")]
    [InlineData("$.process.env[0]", "")]
    [InlineData("$.process.cwd", "srv")]
    [InlineData("$.process.cwd", "")]
    [InlineData("$.process.rlimits[0].type", "RLIMIT_FUN")]
    [InlineData("$.process.rlimits[0].type", "NOFILE")]
    [InlineData("$.process.rlimits[1].type", "RLIMIT_NOFILE")]
    [InlineData("$.process.scheduler.policy", "SCHED_ISO")]
    [InlineData("$.process.scheduler.policy", "SCHED_FAST")]
    [InlineData("$.process.scheduler.policy", "SCHED_OTHER", "$.process.scheduler.runtime")]
    [InlineData("$.process.scheduler.policy", "SCHED_FIFO", "$.process.scheduler.priority")]
    [InlineData("$.process.scheduler.flags[0]", "SCHED_FLAG_NONE")]
    [InlineData("$.process.ioPriority.class", "IOPRIO_CLASS_NONE")]
    [InlineData("$.process.execCPUAffinity.initial", "0-")]
    [InlineData("$.process.execCPUAffinity.final", "8192")]
    [InlineData("$.root.path", "")]
    [InlineData("$.hostname", "12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("$.domainname", "\u00e4123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("$.mounts[0].destination", "")]
    [InlineData("$.mounts[0].destination", "/dev/../etc")]
    [InlineData("$.mounts[0].destination", "..")]
    [InlineData("$.hooks.prestart[0].path", "bin/a")]
    [InlineData("$.hooks.prestart[0].path", "")]
    [InlineData("$.hooks.prestart[0].env[0]", "A")]
    [InlineData("$.linux.cgroupsPath", "/a/../b")]
    [InlineData("$.linux.cgroupsPath", "/a/./b")]
    [InlineData("$.linux.cgroupsPath", "/.")]
    [InlineData("$.linux.cgroupsPath", "..")]
    [InlineData("$.linux.namespaces[0].type", "net")]
    [InlineData("$.linux.namespaces[0].type", "")]
    [InlineData("$.linux.namespaces[1].type", "pid")]
    [InlineData("$.linux.namespaces[0].path", "proc/1/ns/pid")]
    [InlineData("$.linux.devices[0].path", "fuse")]
    [InlineData("$.linux.devices[0].path", "/dev/../fuse")]
    [InlineData("$.linux.devices[0].path", "/dev/")]
    [InlineData("$.linux.devices[0].type", "a")]
    [InlineData("$.linux.devices[1].type", "c", "$.linux.devices[1].major")]
    [InlineData("$.linux.netDevices.eth0.name", "sixteen-bytes-ab")]
    [InlineData("$.linux.netDevices.eth0.name", "a/b")]
    [InlineData("$.linux.netDevices.eth0.name", "a b")]
    [InlineData("$.linux.netDevices.eth0.name", "eth0:1")]
    [InlineData("$.linux.netDevices.eth0.name", "..")]
    [InlineData("$.linux.resources.devices[1].type", "p")]
    [InlineData("$.linux.resources.devices[1].access", "rx")]
    [InlineData("$.linux.resources.devices[1].access", "rwmr")]
    [InlineData("$.linux.resources.cpu.cpus", "0-1,")]
    [InlineData("$.linux.resources.cpu.cpus", "3-1")]
    [InlineData("$.linux.resources.cpu.cpus", "0 1")]
    [InlineData("$.linux.resources.cpu.mems", "1024")]
    [InlineData("$.linux.resources.hugepageLimits[0].pageSize", "2mb")]
    [InlineData("$.linux.resources.hugepageLimits[0].pageSize", "MB")]
    [InlineData("$.linux.resources.hugepageLimits[0].pageSize", "02MB")]
    [InlineData("$.linux.resources.hugepageLimits[0].pageSize", "2/MB")]
    [InlineData("$.linux.resources.hugepageLimits[0].pageSize", "2TB")]
    [InlineData("$.linux.resources.network.priorities[0].name", "")]
    [InlineData("$.linux.rootfsPropagation", "public")]
    [InlineData("$.linux.maskedPaths[0]", "proc")]
    [InlineData("$.linux.readonlyPaths[0]", "")]
    [InlineData("$.linux.intelRdt.closID", "..")]
    [InlineData("$.linux.intelRdt.closID", "a/b")]
    [InlineData("$.linux.intelRdt.l3CacheSchema", "L3:0=1\nMB:0=1")]
    [InlineData("$.linux.intelRdt.memBwSchema", "L3:0=1")]
    [InlineData("$.linux.intelRdt.schemata[0]", "L3:0=1\n")]
    [InlineData("$.linux.intelRdt.schemata[0]", "")]
    [InlineData("$.linux.memoryPolicy.mode", "MPOL_FASTEST")]
    [InlineData("$.linux.memoryPolicy.mode", "MPOL_DEFAULT", "$.linux.memoryPolicy.nodes")]
    [InlineData("$.linux.memoryPolicy.mode", "MPOL_LOCAL", "$.linux.memoryPolicy.nodes")]
    [InlineData("$.linux.memoryPolicy.mode", "MPOL_INTERLEAVE", "$.linux.memoryPolicy.flags")]
    [InlineData("$.linux.memoryPolicy.nodes", "")]
    [InlineData("$.linux.memoryPolicy.nodes", "1024")]
    [InlineData("$.linux.memoryPolicy.flags[1]", "MPOL_F_RELATIVE_NODES", "$.linux.memoryPolicy.flags")]
    [InlineData("$.linux.memoryPolicy.flags[0]", "MPOL_F_NONE")]
    [InlineData("$.linux.personality.domain", "linux")]
    public void A_text_that_cannot_be_used_is_named_by_its_path(string path, string text, string? named = null) =>
        Refused(path, System.Text.Json.JsonSerializer.Serialize(text), named ?? path);

    [Theory]
    [InlineData("$.process.args", "[]")]
    [InlineData("$.linux.personality.flags", """["ADDR_NO_RANDOMIZE"]""", "$.linux.personality.flags[0]")]
    [InlineData("$.linux.memoryPolicy", """{"mode":"MPOL_PREFERRED","flags":["MPOL_F_STATIC_NODES"]}""", "$.linux.memoryPolicy.flags")]
    [InlineData("$.process.scheduler", """{"policy":"SCHED_RR","priority":1,"deadline":1}""", "$.process.scheduler.deadline")]
    [InlineData("$.process.scheduler", """{"policy":"SCHED_RR","priority":1,"period":1}""", "$.process.scheduler.period")]
    [InlineData("$.process.scheduler", """{"policy":"SCHED_BATCH","priority":1}""", "$.process.scheduler.priority")]
    [InlineData("$.linux.uidMappings", """[{"containerID":0,"hostID":5,"size":2},{"containerID":1,"hostID":9,"size":1}]""", "$.linux.uidMappings[1]")]
    [InlineData("$.linux.gidMappings", """[{"containerID":0,"hostID":5,"size":2},{"containerID":7,"hostID":6,"size":1}]""", "$.linux.gidMappings[1]")]
    [InlineData("$.mounts[1].gidMappings", "[]")]
    [InlineData("$.mounts[1].uidMappings", "[]")]
    [InlineData("$.linux.timeOffsets", """{"realtime":{}}""", "$.linux.timeOffsets.realtime")]
    [InlineData("$.linux.netDevices", """{"a/b":{}}""", """$.linux.netDevices["a/b"]""")]
    [InlineData("$.linux.resources.unified", """{"a/b":""}""", """$.linux.resources.unified["a/b"]""")]
    [InlineData("$.linux.resources.unified", """{".x":""}""", """$.linux.resources.unified[".x"]""")]
    [InlineData("$.linux.resources.rdma", """{"a b":{"hcaObjects":1}}""", """$.linux.resources.rdma["a b"]""")]
    [InlineData("$.linux.resources.network.priorities", """[{"name":"a","priority":1},{"name":"a","priority":2}]""", "$.linux.resources.network.priorities[1].name")]
    [InlineData("$.annotations", """{"":"x"}""", """$.annotations[""]""")]
    [InlineData("$.annotations", """{"a\u0000":"x"}""", "$.annotations.a\\u0000")]
    [InlineData("$.annotations", """{"\ud800":"x"}""", "$.annotations.\\ud800")]
    public void A_value_that_cannot_be_used_is_named_by_its_path(string path, string json, string? named = null) => Refused(path, json, named ?? path);

    [Theory]
    [InlineData("$.ociVersion", "\"1.0.2-dev\"")]
    [InlineData("$.ociVersion", "\"1.3.17+build.5\"")]
    [InlineData("$.hooks", "{}")]
    [InlineData("$.process.env", "[]")]
    [InlineData("$.process.execCPUAffinity", "{\"initial\":\"\"}")]
    [InlineData("$.process.scheduler", """{"policy":"SCHED_FIFO","priority":99}""")]
    [InlineData("$.process.scheduler", """{"policy":"SCHED_DEADLINE","runtime":5,"deadline":5}""")]
    [InlineData("$.linux.memoryPolicy", """{"mode":"MPOL_PREFERRED"}""")]
    [InlineData("$.linux.memoryPolicy", """{"mode":"MPOL_LOCAL","nodes":""}""")]
    [InlineData("$.linux.intelRdt.closID", "\"/\"")]
    [InlineData("$.linux.intelRdt", "{}")]
    [InlineData("$.linux.rootfsPropagation", "\"\"")]
    [InlineData("$.linux.cgroupsPath", "\"system.slice:minirun:name\"")]
    [InlineData("$.linux.cgroupsPath", "\"a.b/c..d\"")]
    [InlineData("$.linux.netDevices.eth0.name", "\"eth%d\"")]
    [InlineData("$.linux.namespaces[0].path", "\"\"")]
    [InlineData("$.linux.sysctl", "{}")]
    [InlineData("$.linux.resources.devices", "[]")]
    public void What_the_specification_allows_is_accepted(string path, string json) => Read(path, json);

    [Theory]
    [InlineData("private")]
    [InlineData("rprivate")]
    [InlineData("shared")]
    [InlineData("rshared")]
    [InlineData("slave")]
    [InlineData("rslave")]
    [InlineData("unbindable")]
    [InlineData("runbindable")]
    public void Mounts_propagate_in_eight_ways(string name) => Assert.Equal(name, Read("$.linux.rootfsPropagation", $"\"{name}\"").Linux.RootfsPropagation);

    [Fact]
    public void What_is_empty_or_zero_because_it_could_not_be_left_out_is_not_set()
    {
        Assert.Null(Read("$.hostname", "\"\"").Hostname);
        Assert.Null(Read("$.linux.cgroupsPath", "\"\"").Linux.CgroupsPath);
        var resources = Read("$.linux.resources", """
            {
              "memory": {"limit":0,"reservation":0,"swap":0}, "blockIO": {"weight":0,"leafWeight":0},
              "cpu": {"shares":0,"quota":0,"period":0,"realtimeRuntime":0,"realtimePeriod":0,"cpus":"","mems":"","burst":0},
              "devices": [{"allow":true,"type":"","access":""}]
            }
            """).Linux.Resources;
        Assert.True(resources is { MemoryLimit: null, MemoryReservation: null, MemorySwap: null, CpuShares: null, CpuQuota: null, CpuPeriod: null });
        Assert.True(resources is { CpuRealtimeRuntime: null, CpuRealtimePeriod: null, Cpus: null, MemoryNodes: null, BlockIo: { Weight: null, LeafWeight: null } });
        Assert.Equal(0UL, resources.CpuBurst);
        Assert.Equal([new DeviceRule(true, 'a', null, null, "rwm")], resources.Devices);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-1", -1)]
    [InlineData("-5", -1)]
    public void No_processes_are_a_limit_and_fewer_are_none(string json, long limit) =>
        Assert.Equal(limit, Read("$.linux.resources.pids.limit", json).Linux.Resources.PidsLimit);

    [Theory]
    [InlineData("8630", 438)]
    [InlineData("24960", 384)]
    public void The_type_in_a_devices_mode_is_passed_over(string json, int mode) =>
        Assert.Equal(mode, Read("$.linux.devices[0].fileMode", json).Linux.Devices[0].Mode);

    [Fact]
    public void A_capability_that_nobody_knows_is_left_out_with_a_warning()
    {
        var config = Read("$.process.capabilities.bounding", """["CAP_FLY", "CAP_KILL", "KILL"]""");
        Assert.Equal(1UL << 5, config.Process.Capabilities!.Bounding);
        Assert.Equal(
            [
                "$.process.capabilities.bounding[0]: \"CAP_FLY\" is no capability that this runtime knows, so it is not granted",
                "$.process.capabilities.bounding[2]: \"KILL\" is no capability that this runtime knows, so it is not granted",
            ],
            config.Warnings);
    }

    [Fact]
    public void A_limit_of_the_kernels_own_memory_is_ignored_with_a_warning()
    {
        var warning = Assert.Single(Read("$.linux.resources.memory.kernel", "4096").Warnings);
        Assert.StartsWith("$.linux.resources.memory.kernel: is ignored", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_with_an_escape_are_the_names_that_they_mean()
    {
        var json = MaximalConfig.Text.Replace("\"hostname\"", "\"h\\u006fstname\"", StringComparison.Ordinal);
        Assert.Equal("runc", ConfigReader.Read(System.Text.Encoding.UTF8.GetBytes(json)).Hostname);
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(MaximalConfig.Json.Plus("$", "\"h\\u006fstname\":\"x\"")));
        Assert.Equal(("$.hostname", "$.hostname: is there twice"), (error.Path, error.Message));
        error = Assert.Throws<SpecException>(() => ConfigReader.Read(MaximalConfig.Json.Plus("$.root", "\"p\\u0061th\":\"x\",\"\\u0070ath\":\"y\"")));
        Assert.Equal("$.root.\\u0070ath", error.Path);
    }

    static RuntimeConfig Read(string path, string json) => ConfigReader.Read(MaximalConfig.Json.With(path, json));

    static void Refused(string path, string json, string named)
    {
        var error = Assert.Throws<SpecException>(() => Read(path, json));
        Assert.Equal(named, error.Path);
        Assert.StartsWith(named + ": ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
