using System.Text.Json;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>The verbs that need no container: <c>spec</c>, <c>features</c>, <c>plan</c>, and the version.</summary>
[Trait("Category", "Integration")]
public sealed class DocumentVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_bundle_begins_with_spec_and_runs()
    {
        var bundle = _host.Bundle("unused");
        File.Delete($"{bundle}/config.json");
        Assert.Equal("", await _host.OutputAsync("spec", "--bundle", bundle));
        var config = File.ReadAllText($"{bundle}/config.json");
        ConfigReader.Read(System.Text.Encoding.UTF8.GetBytes(config));

        File.WriteAllText($"{bundle}/config.json", config
            .Replace("\"terminal\": true", "\"terminal\": false", StringComparison.Ordinal)
            .Replace("\"sh\"", "\"uname\", \"-n\"", StringComparison.Ordinal));
        Assert.Equal("minirun\n", await _host.OutputAsync("run", "--bundle", bundle, _host.Id));
    }

    [Fact]
    public async Task A_config_that_is_there_is_never_overwritten()
    {
        Directory.CreateDirectory(_host["bundle"]);
        File.WriteAllText(_host["bundle/config.json"], "mine");
        Assert.Contains("exists already", await _host.RefusedAsync(new Call("spec") { Folder = _host["bundle"] }), StringComparison.Ordinal);
        File.Delete(_host["bundle/config.json"]);
        Directory.CreateSymbolicLink(_host["bundle/config.json"], _host["elsewhere"]);
        Assert.Contains("exists already", await _host.RefusedAsync("spec", "-b", _host["bundle"]), StringComparison.Ordinal);
        Assert.False(File.Exists(_host["elsewhere"]));
    }

    [Fact]
    public async Task A_rootless_one_has_a_user_namespace()
    {
        Directory.CreateDirectory(_host["bundle"]);
        await _host.OutputAsync("spec", "--rootless", "--bundle", _host["bundle"]);
        Assert.True(ConfigReader.Read(File.ReadAllBytes(_host["bundle/config.json"])).Linux.Has("user"));
    }

    [Fact]
    public async Task Features_are_json_with_what_callers_look_for()
    {
        using var document = JsonDocument.Parse(await _host.OutputAsync("features"));
        var features = document.RootElement;
        Assert.Equal(("1.0.0", "1.3.0"), (features.GetProperty("ociVersionMin").GetString(), features.GetProperty("ociVersionMax").GetString()));
        Assert.Equal(["createContainer", "createRuntime", "poststart", "poststop", "prestart", "startContainer"], Strings(features.GetProperty("hooks")).Order(StringComparer.Ordinal));
        Assert.Superset(new HashSet<string> { "bind", "rbind", "ro", "rro", "idmap", "tmpcopyup" }, Strings(features.GetProperty("mountOptions")).ToHashSet());
        var linux = features.GetProperty("linux");
        Assert.Equal(8, Strings(linux.GetProperty("namespaces")).Distinct().Count());
        Assert.Contains("CAP_CHECKPOINT_RESTORE", Strings(linux.GetProperty("capabilities")));
        Assert.All((string[])["v1", "v2", "systemd"], kind => Assert.True(linux.GetProperty("cgroup").GetProperty(kind).GetBoolean()));
        Assert.Contains("SCMP_ACT_NOTIFY", Strings(linux.GetProperty("seccomp").GetProperty("actions")));
    }

    [Fact]
    public async Task Features_claim_nothing_that_is_no_verb() => Assert.DoesNotContain(
        "checkpoint", (await _host.OutputAsync("features")).Replace("CAP_CHECKPOINT_RESTORE", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public async Task A_plan_prints_the_calls_and_makes_none()
    {
        var bundle = _host.Bundle("echo > /ran");
        var plan = await _host.OutputAsync("plan", "--bundle", bundle);
        foreach (var call in (string[])["pivot_root(", "capset(", "prctl(PR_SET_NO_NEW_PRIVS", "execve(\"/bin/sh\""])
        {
            Assert.Contains(call, plan, StringComparison.Ordinal);
        }

        Assert.False(File.Exists($"{bundle}/rootfs/ran"));
        Assert.False(Directory.Exists(_host.Root));
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("-v")]
    public async Task The_version_is_as_podman_and_containerd_read_it(string option) =>
        Assert.Matches(@"\Aminirun-runtime version \d+\.\d+\.\d+\nspec: 1\.3\.0\n\z", await _host.OutputAsync(option));

    [Fact]
    public async Task Help_lists_the_verbs()
    {
        var help = await _host.OutputAsync("--help");
        Assert.All((string[])["create", "start", "run", "exec", "kill", "delete", "state", "list", "ps", "pause", "update", "events", "spec", "features", "plan"], verb =>
            Assert.Contains($"\n  {verb}", help, StringComparison.Ordinal));
        Assert.Equal((1, help), (await _host.RunAsync(new Call()) is var none ? (none.ExitCode, none.Output) : default));
    }

    static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(item => item.GetString()!);
}
