using System.Text;
using System.Text.Json;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class FeaturesDocumentTests
{
    static readonly RuntimeFeatures Features = new()
    {
        MountOptions = ["bind", "ro"],
        SeccompArchitectures = ["SCMP_ARCH_X86_64"],
        SeccompFlags = ["SECCOMP_FILTER_FLAG_LOG"],
        Systemd = true,
        Annotations = new Dictionary<string, string> { ["org.example.version"] = "1" },
        UnsafeAnnotations = ["org.example."],
    };

    static JsonElement Document => JsonDocument.Parse(FeaturesDocument.Write(Features)).RootElement;

    [Fact]
    public void The_document_has_every_member_of_the_specification() => Assert.Equal(
        """
        ociVersionMin ociVersionMax hooks mountOptions
        linux.namespaces linux.capabilities
        linux.cgroup.v1 linux.cgroup.v2 linux.cgroup.systemd linux.cgroup.systemdUser linux.cgroup.rdma
        linux.seccomp.enabled linux.seccomp.actions linux.seccomp.operators linux.seccomp.archs linux.seccomp.knownFlags linux.seccomp.supportedFlags
        linux.apparmor.enabled linux.selinux.enabled linux.memoryPolicy.modes linux.memoryPolicy.flags
        linux.intelRdt.enabled linux.intelRdt.schemata linux.intelRdt.monitoring
        linux.mountExtensions.idmap.enabled linux.netDevices.enabled annotations.org.example.version potentiallyUnsafeConfigAnnotations
        """.Split([' ', '\n']),
        Members(Document, ""));

    [Fact]
    public void What_the_floors_above_decide_is_in_it()
    {
        Assert.Equal(["bind", "ro"], Strings("mountOptions"));
        Assert.Equal(["SCMP_ARCH_X86_64"], Strings("linux", "seccomp", "archs"));
        Assert.Equal(["SECCOMP_FILTER_FLAG_LOG"], Strings("linux", "seccomp", "supportedFlags"));
        Assert.True(Member("linux", "cgroup", "systemd").GetBoolean());
        Assert.False(Member("linux", "cgroup", "systemdUser").GetBoolean());
        Assert.Equal("1", Member("annotations", "org.example.version").GetString());
        Assert.Equal(["org.example."], Strings("potentiallyUnsafeConfigAnnotations"));
    }

    [Theory]
    [InlineData("ociVersionMin", "$.ociVersion")]
    [InlineData("ociVersionMax", "$.ociVersion")]
    public void The_versions_that_it_names_are_read(string member, string path) =>
        ConfigReader.Read(MaximalConfig.Json.With(path, Member(member).GetRawText()));

    [Fact]
    public void The_names_that_it_lists_are_read()
    {
        foreach (var type in Strings("linux", "namespaces"))
        {
            ConfigReader.Read(Config($$"""{"namespaces":[{"type":"{{type}}","path":"/run/ns"}]}"""));
        }

        foreach (var mode in Strings("linux", "memoryPolicy", "modes"))
        {
            var nodes = mode is "MPOL_DEFAULT" or "MPOL_LOCAL" ? "" : "0";
            ConfigReader.Read(Config($$"""{"memoryPolicy":{"mode":"{{mode}}","nodes":"{{nodes}}"} }"""));
        }

        foreach (var flag in Strings("linux", "memoryPolicy", "flags"))
        {
            ConfigReader.Read(Config($$"""{"memoryPolicy":{"mode":"MPOL_BIND","nodes":"0","flags":["{{flag}}"]} }"""));
        }

        foreach (var action in Strings("linux", "seccomp", "actions"))
        {
            SeccompReader.Read(Encoding.UTF8.GetBytes($$"""{"defaultAction":"SCMP_ACT_LOG","listenerPath":"/a","syscalls":[{"names":["a"],"action":"{{action}}"}]}"""));
        }

        Assert.Equal(Capabilities.Count, Strings("linux", "capabilities").Count(name => Capabilities.Number(name) >= 0));
        Assert.All(Strings("hooks"), hook => Assert.Contains($"$.hooks.{hook}", MaximalConfig.Json.Places.Select(place => place.Path)));
    }

    static byte[] Config(string linux) => Encoding.UTF8.GetBytes(
        $$"""{"ociVersion":"1.0.0","process":{"args":["true"],"cwd":"/"},"root":{"path":"/"},"linux":{{linux}}}""");

    static JsonElement Member(params string[] path) => path.Aggregate(Document, (element, name) => element.GetProperty(name));

    static string[] Strings(params string[] path) => [.. Member(path).EnumerateArray().Select(item => item.GetString()!)];

    static IEnumerable<string> Members(JsonElement element, string prefix) => element.EnumerateObject().SelectMany(member =>
        member.Value.ValueKind is JsonValueKind.Object ? Members(member.Value, $"{prefix}{member.Name}.") : [prefix + member.Name]);
}
