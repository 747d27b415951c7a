using System.Text;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>Fields that need a namespace: without it they would change the host, or nothing.</summary>
public sealed class ConfigNamespaceTests
{
    const string Mapping = """[{"containerID":0,"hostID":1000,"size":1}]""";

    [Theory]
    [InlineData("kernel.msgmax", "ipc")]
    [InlineData("kernel.msgmnb", "ipc")]
    [InlineData("kernel.msgmni", "ipc")]
    [InlineData("kernel.sem", "ipc")]
    [InlineData("kernel.shmall", "ipc")]
    [InlineData("kernel.shmmax", "ipc")]
    [InlineData("kernel.shmmni", "ipc")]
    [InlineData("kernel.shm_rmid_forced", "ipc")]
    [InlineData("fs.mqueue.msg_max", "ipc")]
    [InlineData("net.core.somaxconn", "network")]
    [InlineData("kernel.hostname", "uts")]
    [InlineData("kernel.domainname", "uts")]
    public void A_kernel_parameter_needs_the_namespace_that_it_belongs_to(string name, string type)
    {
        var sysctl = $$"""
            "sysctl":{"{{name}}":"1"}
            """;
        Assert.Equal("1", Read($$"""{"namespaces":[{"type":"{{type}}"}],{{sysctl}}}""").Sysctl[name]);
        Assert.Equal("1", Read($$"""{"namespaces":[{"type":"{{type}}","path":"/run/ns"}],{{sysctl}}}""").Sysctl[name]);
        Refused($$"""{"namespaces":[{"type":"mount"}],{{sysctl}}}""", $"$.linux.sysctl[\"{name}\"]", "needs a n");
    }

    [Theory]
    [InlineData("/proc/1/ns/net")]
    [InlineData("/proc/self/ns/net")]
    [InlineData("/proc/thread-self/ns/net")]
    public void The_hosts_network_keeps_its_parameters_and_devices(string path)
    {
        Refused($$"""{"namespaces":[{"type":"network","path":"{{path}}"}],"sysctl":{"net.core.somaxconn":"1"} }""", "$.linux.sysctl[\"net.core.somaxconn\"]", "not the host's");
        Refused($$"""{"namespaces":[{"type":"network","path":"{{path}}"}],"netDevices":{"eth0":{} } }""", "$.linux.netDevices", "not the host's");
    }

    [Theory]
    [InlineData("vm.swappiness")]
    [InlineData("kernel.panic")]
    [InlineData("kernel.hostname.x")]
    [InlineData("user.max_user_namespaces")]
    [InlineData("netfilter.x")]
    [InlineData("fs.mqueue")]
    [InlineData("net..ipv4")]
    [InlineData("net.")]
    [InlineData("net///ipv4")]
    [InlineData("net/../vm/swappiness")]
    [InlineData("net.//.vm.swappiness")]
    [InlineData("net./")]
    [InlineData("/net/core/somaxconn")]
    [InlineData(".net.core")]
    public void A_parameter_of_the_host_is_refused(string name) =>
        Refused($$"""{"namespaces":[{"type":"network"},{"type":"ipc"},{"type":"uts"}],"sysctl":{"{{name}}":"1"} }""", $"$.linux.sysctl[\"{name}\"]", "is a parameter of the host");

    [Fact]
    public void A_parameter_has_one_name_however_it_is_written()
    {
        Assert.Equal(
            ["net.core.somaxconn"],
            Read("""{"namespaces":[{"type":"network"}],"sysctl":{"net/core/somaxconn":"1"}}""").Sysctl.Keys);
        Refused(
            """{"namespaces":[{"type":"network"}],"sysctl":{"net.core.somaxconn":"1","net/core/somaxconn":"2"}}""",
            "$.linux.sysctl[\"net/core/somaxconn\"]", "is net.core.somaxconn, which is set twice");
    }

    [Fact]
    public void A_host_name_is_set_in_one_way()
    {
        const string Linux = """{"namespaces":[{"type":"uts"}],"sysctl":{"kernel.hostname":"a","kernel.domainname":"b"}}""";
        Read(Linux);
        Assert.Equal("$.hostname", Assert.Throws<SpecException>(() => Config(Linux, "\"hostname\":\"x\",")).Path);
        Assert.Equal("$.domainname", Assert.Throws<SpecException>(() => Config(Linux, "\"domainname\":\"x\",")).Path);
        Config(Linux, "\"hostname\":\"a\",\"domainname\":\"b\",");
    }

    [Fact]
    public void Mappings_need_a_new_user_namespace()
    {
        Refused($$"""{"uidMappings":{{Mapping}},"gidMappings":{{Mapping}}}""", "$.linux.uidMappings", "needs a user namespace");
        Refused($$"""{"gidMappings":{{Mapping}}}""", "$.linux.gidMappings", "needs a user namespace");
        Refused($$"""{"namespaces":[{"type":"user","path":"/run/ns"}],"gidMappings":{{Mapping}}}""", "$.linux.gidMappings", "has its own");
        Assert.True(Read("""{"namespaces":[{"type":"user","path":"/run/ns"}],"uidMappings":[]}""").Has("user"));
    }

    [Fact]
    public void A_new_user_namespace_needs_mappings()
    {
        Refused($$"""{"namespaces":[{"type":"user"}],"gidMappings":{{Mapping}}}""", "$.linux.uidMappings", "is missing");
        Refused($$"""{"namespaces":[{"type":"user"}],"uidMappings":{{Mapping}},"gidMappings":[]}""", "$.linux.gidMappings", "is missing");
    }

    [Fact]
    public void The_kernel_takes_340_mappings()
    {
        Assert.Equal(340, Read($$"""{"namespaces":[{"type":"user"}],"uidMappings":{{Ranges(340)}},"gidMappings":{{Mapping}}}""").UidMappings.Count);
        Refused($$"""{"namespaces":[{"type":"user"}],"uidMappings":{{Ranges(341)}},"gidMappings":{{Mapping}}}""", "$.linux.uidMappings[340]", "is one range too many");

        static string Ranges(int count) => $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"containerID":{{i}},"hostID":{{i}},"size":1}"""))}]";
    }

    [Fact]
    public void Clocks_are_set_in_a_new_time_namespace()
    {
        Refused("""{"timeOffsets":{"boottime":{"secs":1}}}""", "$.linux.timeOffsets", "needs a time namespace");
        Refused("""{"namespaces":[{"type":"time","path":"/run/ns"}],"timeOffsets":{"boottime":{"secs":1}}}""", "$.linux.timeOffsets", "have started");
        Assert.Empty(Read("""{"timeOffsets":{}}""").TimeOffsets);
    }

    [Fact]
    public void Network_devices_need_a_network_to_move_to()
    {
        Refused("""{"netDevices":{"eth0":{}}}""", "$.linux.netDevices", "needs a network namespace");
        Assert.Single(Read("""{"namespaces":[{"type":"ipc"},{"type":"network","path":"/run/ns"}],"netDevices":{"eth0":{}}}""").NetDevices);
    }

    static LinuxSpec Read(string linux) => Config(linux).Linux;

    static RuntimeConfig Config(string linux, string more = "") => ConfigReader.Read(Encoding.UTF8.GetBytes(
        $$"""{"ociVersion":"1.0.0","process":{"args":["true"],"cwd":"/"},"root":{"path":"/"},{{more}}"linux":{{linux}}}"""));

    static void Refused(string linux, string path, string problem)
    {
        var error = Assert.Throws<SpecException>(() => Read(linux));
        Assert.Equal(path, error.Path);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
