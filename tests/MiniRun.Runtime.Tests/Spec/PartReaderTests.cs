using System.Text;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>The parts of config.json that are documents of their own for exec and update.</summary>
public sealed class PartReaderTests
{
    static readonly string Process = MaximalConfig.Json.Value(MaximalConfig.Json.At("$.process"));

    static readonly string Resources = MaximalConfig.Json.Value(MaximalConfig.Json.At("$.linux.resources"));

    [Fact]
    public void A_process_alone_is_what_it_is_in_config_json() =>
        Assert.Equivalent(ConfigReader.Read(MaximalConfig.Json.Bytes).Process, ProcessReader.Read(Encoding.UTF8.GetBytes(Process)), strict: true);

    [Fact]
    public void Resources_alone_are_what_they_are_in_config_json() =>
        Assert.Equivalent(ConfigReader.Read(MaximalConfig.Json.Bytes).Linux.Resources, ResourcesReader.Read(Encoding.UTF8.GetBytes(Resources)), strict: true);

    [Fact]
    public void Paths_begin_at_the_document()
    {
        Assert.Equal("$.args", Assert.Throws<SpecException>(() => ProcessReader.Read("""{"cwd":"/"}"""u8)).Path);
        Assert.Equal("$.user.gid", Assert.Throws<SpecException>(() => ProcessReader.Read("""{"cwd":"/","args":["a"],"user":{"uid":1}}"""u8)).Path);
        Assert.Equal("$", Assert.Throws<SpecException>(() => ProcessReader.Read("[]"u8)).Path);
        Assert.Equal("$.cpu.quota", Assert.Throws<SpecException>(() => ResourcesReader.Read("""{"cpu":{"quota":"1"}}"""u8)).Path);
        Assert.Equal("$.memory.swap", Assert.Throws<SpecException>(() => ResourcesReader.Read("""{"memory":{"limit":2,"swap":1}}"""u8)).Path);
    }

    [Fact]
    public void Nothing_may_follow_a_part()
    {
        Assert.Throws<SpecException>(() => ProcessReader.Read(Encoding.UTF8.GetBytes(Process + "7")));
        Assert.Throws<SpecException>(() => ResourcesReader.Read("{}{}"u8));
    }

    [Fact]
    public void Warnings_go_to_who_asks_for_them()
    {
        List<string> warnings = [];
        ProcessReader.Read("""{"cwd":"/","args":["a"],"capabilities":{"ambient":["CAP_FLY"]}}"""u8, warnings);
        ResourcesReader.Read("""{"memory":{"kernelTCP":1}}"""u8, warnings);
        Assert.Equal(["$.capabilities.ambient[0]", "$.memory.kernelTCP"], warnings.Select(warning => warning.Split(':')[0]));
    }
}
