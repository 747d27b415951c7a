using System.Text.Json.Nodes;
using MiniRun.Runtime.Tests.Sandbox;
using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>Rules about names, cgroups and annotations (docs/security.md, R19, R22 and R23).</summary>
[Trait("Category", "Integration")]
public sealed class NameRuleTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task R19_a_name_that_climbs_reaches_no_container_of_others()
    {
        var victim = _host.Id + "v";
        await _host.OutputAsync("create", "--bundle", _host.Bundle("true"), victim);
        Directory.CreateDirectory(_host[_host.Id + "-other"]);
        string[] others = ["--root", _host[_host.Id + "-other"]];
        var name = $"../state/{victim}";
        // A plain join would find it.
        Assert.True(File.Exists(Path.Combine(_host[_host.Id + "-other"], name, "state.json")));
        foreach (var verb in (string[][])[["state", name], ["delete", "--force", name], ["kill", name, "KILL"], ["start", name]])
        {
            Assert.StartsWith("invalid container ID", await _host.RefusedAsync(new Call(verb) { Global = others }), StringComparison.Ordinal);
        }

        Assert.Equal("created", await _host.StatusAsync(victim));
        // The control: without the way there it is the same container, and goes.
        await _host.OutputAsync("delete", "--force", victim);
        Assert.False(Directory.Exists(_host.StateOf(victim)));
    }

    [Theory]
    [InlineData("../../escaped")]
    [InlineData("/minirun/../escaped")]
    [InlineData("/")]
    public async Task R22_a_cgroup_is_below_the_one_that_was_meant(string path)
    {
        // A plain join would lead out.
        Assert.Contains(Path.GetFullPath(Path.Combine("/minirun", path)), (string[])["/", "/escaped"]);
        var line = await _host.RefusedAsync("create", "--bundle", _host.Bundle("true", config => config["linux"]!["cgroupsPath"] = path), _host.Id);
        Assert.Contains("$.linux.cgroupsPath", line, StringComparison.Ordinal);
        var bundle = await _host.RunDetachedAsync("exec sleep 1000", config => config["linux"]!["cgroupsPath"] = $"nested/{_host.Id}");
        Assert.Contains($":/minirun/nested/{_host.Id}\n", File.ReadAllText($"/proc/{await _host.PidAsync()}/cgroup"), StringComparison.Ordinal);
        Assert.Contains("--cgroup", await _host.RefusedAsync(new Call("exec", "--cgroup", "../..", _host.Id, "true"), 255), StringComparison.Ordinal);
        await _host.OutputAsync("delete", "--force", _host.Id);
        foreach (var parent in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").Select(tree => $"{tree}/minirun/nested").Where(Directory.Exists))
        {
            Directory.Delete(parent);
        }
    }

    /// <summary>The peer opens the file that the annotation names, as root of the host.</summary>
    [Fact]
    public async Task R23_annotations_steer_nothing()
    {
        using var host = UnprotectedStart.WithHostReachable("cat /proc/self/status");
        var planted = host.Bundle + "/planted";
        host.Config["hooks"]!["createRuntime"]![0] = new JsonObject { ["path"] = "/bin/echo", ["args"] = new JsonArray("echo", "from a hook") };
        host.Config["annotations"] = new JsonObject
        {
            ["run.oci.hooks.stdout"] = planted,
            ["run.oci.hooks.stderr"] = planted,
            ["run.oci.keep_original_groups"] = "1",
            ["run.oci.seccomp.receiver"] = planted,
            ["run.oci.delegate-cgroup"] = "../..",
            ["run.oci.systemd.subgroup"] = "../..",
            ["io.katacontainers.config.hypervisor.path"] = planted,
            ["org.systemd.property.DevicePolicy"] = "'auto'",
        };
        var (code, output, error) = await host.RunAsync(runtime: "setpriv --groups 27,29 " + host.Command);
        Assert.True(code == 0, error);
        Assert.Contains("Groups:\t \n", output, StringComparison.Ordinal);
        Assert.False(File.Exists(planted));

        Assert.SkipUnless(File.Exists("/usr/bin/crun"), "crun is not installed");
        host.Config["annotations"] = new JsonObject { ["run.oci.hooks.stdout"] = planted };
        // It refuses hosts with both kinds of cgroups.
        const string Unified = "umount -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup";
        (_, _, error) = await host.RunAsync(Unified, runtime: $"crun --root {host.Bundle}/crun --cgroup-manager=disabled run --bundle {host.Bundle} {Path.GetFileName(host.Bundle)}");
        Assert.True(File.Exists(planted) && File.ReadAllText(planted) == "from a hook\n", error);
    }
}
