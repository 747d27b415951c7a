using System.Text.RegularExpressions;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>That the whole configuration arrives in the records.</summary>
public sealed partial class MaximalConfigTests
{
    static readonly RuntimeConfig Config = ConfigReader.Read(MaximalConfig.Json.Bytes);

    static LinuxSpec Linux => Config.Linux;

    [Fact]
    public void Every_name_that_the_reader_knows_is_in_the_maximal_configuration()
    {
        var names = Directory.EnumerateFiles($"{Repository.Root}/MiniRun.Runtime/Spec", "ConfigReader*.cs")
            .SelectMany(file => Names.Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value))
            .ToHashSet();
        Assert.True(names.Count > 120, "the sources of the reader were not found");
        Assert.All(names, name => Assert.Contains($"\"{name}\"", MaximalConfig.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_in_it_is_odd() => Assert.Empty(Config.Warnings);

    [Fact]
    public void The_process_is_read()
    {
        var process = Config.Process;
        Assert.True(process is { Terminal: true, NoNewPrivileges: true, WorkingDirectory: "/srv", OomScoreAdjustment: -500 });
        Assert.Equal((132, 40), process.ConsoleSize);
        Assert.Equal((1000u, 100u, 63), (process.User.Uid, process.User.Gid, process.User.Umask));
        Assert.Equal([5u, 27u], process.User.AdditionalGids);
        Assert.Equal(["sh", "-c", "echo hello"], process.Arguments);
        Assert.Equal(["PATH=/usr/bin:/bin", "EMPTY="], process.Environment);
        Assert.Equal([new RlimitSpec(7, 512, 1024), new RlimitSpec(4, 0, ulong.MaxValue)], process.Rlimits);
        Assert.Equal(((1UL << 29) | (1UL << 5), 1UL << 5, 1UL << 5, 1UL, 1UL << 5), (
            process.Capabilities!.Bounding, process.Capabilities.Effective, process.Capabilities.Permitted, process.Capabilities.Inheritable, process.Capabilities.Ambient));
        Assert.Equal(("profile", "system_u:system_r:container_t:s0"), (process.AppArmorProfile, process.SelinuxLabel));
        Assert.Equal(new SchedulerSpec(6, 5, 0, 0x41, 1000000, 2000000, 3000000), process.Scheduler);
        Assert.Equal(new IoPrioritySpec(2, 4), process.IoPriority);
        Assert.Equal([1UL << 7], process.CpuAffinity!.Initial!);
        Assert.Equal([0xFUL, 1UL << 6], process.CpuAffinity.Final!);
    }

    [Fact]
    public void The_root_the_names_and_the_mounts_are_read()
    {
        Assert.Equal(("1.3.0", "rootfs", true, "runc", "example"), (Config.OciVersion, Config.Root.Path, Config.Root.ReadOnly, Config.Hostname, Config.Domainname));
        Assert.Equal(("/proc", "proc", "proc", 0), (Config.Mounts[0].Destination, Config.Mounts[0].Type, Config.Mounts[0].Source, Config.Mounts[0].UidMappings.Count));
        Assert.Equal(("/data", "none", "data"), (Config.Mounts[1].Destination, Config.Mounts[1].Type, Config.Mounts[1].Source));
        Assert.Equal(["rbind", "ridmap"], Config.Mounts[1].Options);
        Assert.Equal([new IdMapping(0, 1000, 1), new IdMapping(1, 1, 999)], Config.Mounts[1].UidMappings);
        Assert.Equal([new IdMapping(0, 100, 1)], Config.Mounts[1].GidMappings);
        Assert.Equal(new Dictionary<string, string> { ["org.example.made.by"] = "hand", ["empty"] = "" }, Config.Annotations);
    }

    [Fact]
    public void The_hooks_are_read()
    {
        var hooks = Config.Hooks;
        Assert.True(hooks.Any);
        Assert.Equal(["/bin/a", "/bin/b", "/bin/b2", "/bin/c", "/bin/d", "/bin/e", "/bin/f"], ((List<HookSpec>[])[
            hooks.Prestart, hooks.CreateRuntime, hooks.CreateContainer, hooks.StartContainer, hooks.Poststart, hooks.Poststop]).SelectMany(list => list.Select(hook => hook.Path)));
        Assert.Equal(["a", "b"], hooks.Prestart[0].Arguments);
        Assert.Equal(["A=1"], hooks.Prestart[0].Environment);
        Assert.Equal((5, int.MaxValue, null), (hooks.Prestart[0].Timeout, hooks.CreateRuntime[1].Timeout, hooks.CreateRuntime[0].Timeout));
    }

    [Fact]
    public void The_namespaces_are_read()
    {
        Assert.Equal(ConfigReader.NamespaceTypes, Linux.Namespaces.Select(n => n.Type));
        Assert.Equal("/proc/1234/ns/pid", Linux.Namespaces[0].Path);
        Assert.True(Linux.Has("pid") && !Linux.IsNew("pid") && Linux.IsNew("time"));
        Assert.Equal([new IdMapping(0, 100000, 65536)], Linux.UidMappings);
        Assert.Equal([new IdMapping(0, 200000, 65536)], Linux.GidMappings);
        Assert.Equal(new Dictionary<string, TimeOffset> { ["monotonic"] = new(-3600, 999999999), ["boottime"] = new(5, 0) }, Linux.TimeOffsets);
        Assert.Equal(new Dictionary<string, string> { ["net.ipv4.conf.eth0/100.forwarding"] = "1", ["kernel.msgmax"] = "65536", ["fs.mqueue.msg_max"] = "" }, Linux.Sysctl);
    }

    [Fact]
    public void The_devices_are_read()
    {
        Assert.Equal(
            [
                new DeviceSpec("/dev/fuse", 'c', 10, 229, 438, 0, 7), new DeviceSpec("/run/pipe", 'p', 0, 0, null, null, null),
                new DeviceSpec("/dev/sda", 'b', 8, 0, null, null, null), new DeviceSpec("/dev/raw", 'u', 4095, 1048575, null, null, null),
            ],
            Linux.Devices);
        Assert.Equal(new Dictionary<string, string> { ["eth0"] = "container0", ["eth1.100"] = "" }, Linux.NetDevices);
    }

    [Fact]
    public void The_rest_of_the_Linux_part_is_read()
    {
        Assert.Equal(("/minirun/sample", "rslave", "system_u:object_r:container_file_t:s0"), (Linux.CgroupsPath, Linux.RootfsPropagation, Linux.MountLabel));
        Assert.Equal(["/proc/kcore"], Linux.MaskedPaths);
        Assert.Equal(["/proc/sys"], Linux.ReadOnlyPaths);
        Assert.Equal("""{ "defaultAction": "SCMP_ACT_ALLOW" }"""u8, Linux.SeccompDocument!);
        Assert.Equal(8u, Linux.Personality);
        Assert.Equal(["L2:0=f"], Linux.IntelRdt!.Schemata);
        Assert.Equal(
            ("guaranteed", "L3:0=7f0;1=1f", "MB:0=20;1=70", true),
            (Linux.IntelRdt.ClosId, Linux.IntelRdt.L3CacheSchema, Linux.IntelRdt.MemBwSchema, Linux.IntelRdt.EnableMonitoring));
        Assert.Equal((2, (1u << 15) | (1u << 13)), (Linux.MemoryPolicy!.Mode, Linux.MemoryPolicy.Flags));
        Assert.Equal([0xCUL], Linux.MemoryPolicy.Nodes);
    }

    [Fact]
    public void The_resources_are_read()
    {
        var resources = Linux.Resources;
        Assert.Equal([new DeviceRule(false, 'a', null, null, "rwm"), new DeviceRule(true, 'c', 10, null, "rw")], resources.Devices);
        Assert.Equal((67108864L, 33554432L, 134217728L, 60UL), (resources.MemoryLimit, resources.MemoryReservation, resources.MemorySwap, resources.MemorySwappiness));
        Assert.Equal((false, true, true), (resources.DisableOomKiller, resources.UseHierarchy, resources.CheckBeforeUpdate));
        Assert.Equal((512UL, 50000L, 10000UL, 100000UL), (resources.CpuShares, resources.CpuQuota, resources.CpuBurst, resources.CpuPeriod));
        Assert.Equal((950000L, 1000000UL, 1L), (resources.CpuRealtimeRuntime, resources.CpuRealtimePeriod, resources.CpuIdle));
        Assert.Equal(("0-1,3", "0", 32L), (resources.Cpus, resources.MemoryNodes, resources.PidsLimit));
        Assert.Equal((10UL, 1000UL), (resources.BlockIo!.Weight, resources.BlockIo.LeafWeight));
        Assert.Equal([new DeviceWeight(8, 0, 500, 300), new DeviceWeight(8, 16, null, 20)], resources.BlockIo.DeviceWeights);
        Assert.Equal([new DeviceThrottle(8, 0, 600)], resources.BlockIo.ReadBytes);
        Assert.Equal([new DeviceThrottle(8, 1, 601)], resources.BlockIo.WriteBytes);
        Assert.Equal([new DeviceThrottle(8, 2, 602)], resources.BlockIo.ReadOperations);
        Assert.Equal([new DeviceThrottle(8, 3, ulong.MaxValue)], resources.BlockIo.WriteOperations);
        Assert.Equal([new HugePageLimit("2MB", 209715200), new HugePageLimit("64KB", 0)], resources.HugePageLimits);
        Assert.Equal(1048577u, resources.Network!.ClassId);
        Assert.Equal(new Dictionary<string, uint> { ["eth0"] = 500 }, resources.Network.Priorities);
        Assert.Equal(new Dictionary<string, RdmaLimit> { ["mlx5_1"] = new(3, 10000), ["mlx4_0"] = new(null, 1000) }, resources.Rdma);
        Assert.Equal(new Dictionary<string, string> { ["memory.high"] = "1073741824", ["io.max"] = "259:0 rbps=2097152\n253:0 wiops=120" }, resources.Unified);
    }

    [GeneratedRegex("\"(?<name>[A-Za-z0-9]+)\"u8", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Names { get; }
}
