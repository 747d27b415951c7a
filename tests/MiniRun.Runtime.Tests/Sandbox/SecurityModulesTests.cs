using System.Text.Json.Nodes;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>What a configuration asks of AppArmor and SELinux, on hosts that have them and on this one.</summary>
public sealed class SecurityModulesTests : IDisposable
{
    const string AppArmor = "module/apparmor/parameters/enabled";
    const string Selinux = "fs/selinux/enforce";

    readonly TemporaryFolder _sys = new();

    public void Dispose() => _sys.Dispose();

    [Fact]
    public void What_the_host_runs_is_accepted()
    {
        _sys.Write(AppArmor, "Y\n");
        _sys.Write(Selinux, "1");
        new SecurityModules(_sys.Path).Require(new ProcessSpec { AppArmorProfile = "profile", SelinuxLabel = "label" });
    }

    [Theory]
    [InlineData("profile", "", "$.process.apparmorProfile: \"profile\" cannot be applied: this host does not run AppArmor; remove the profile")]
    [InlineData("", "label", "$.process.selinuxLabel: \"label\" cannot be applied: this host does not run SELinux; remove the label")]
    public void What_the_host_does_not_run_is_refused_by_its_field(string profile, string label, string expected)
    {
        var process = new ProcessSpec { AppArmorProfile = profile, SelinuxLabel = label };
        Assert.Equal(expected, Assert.Throws<SpecException>(() => new SecurityModules(_sys.Path).Require(process)).Message);
        // Built into the kernel, and switched off; mounted over nothing.
        _sys.Write(AppArmor, "N\n");
        Directory.CreateDirectory(_sys["fs/selinux"]);
        Assert.Throws<SpecException>(() => new SecurityModules(_sys.Path).Require(process));
    }

    [Fact]
    public void A_process_that_asks_for_nothing_needs_nothing() => new SecurityModules("/not/there").Require(new ProcessSpec());

    [Theory]
    [Trait("Category", "Integration")]
    [InlineData("apparmorProfile")]
    [InlineData("selinuxLabel")]
    public async Task A_container_is_refused_as_long_as_its_host_cannot_confine_it(string field)
    {
        Assert.SkipWhen(field is "apparmorProfile" ? SecurityModules.OfHost.HasAppArmor : SecurityModules.OfHost.HasSelinux, "this host runs it");
        using var host = new MountHost("true");
        host.Config["process"]![field] = "wanted";
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains($"$.process.{field}: \"wanted\" cannot be applied", error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task A_label_of_mounts_and_a_class_of_service_are_refused_by_their_fields()
    {
        Assert.SkipWhen(SecurityModules.OfHost.HasSelinux || File.Exists("/sys/fs/resctrl/schemata"), "this host has them");
        using var host = new MountHost("true");
        host.Linux["mountLabel"] = "system_u:object_r:container_file_t:s0";
        Assert.Contains("$.linux.mountLabel: this host does not run SELinux", (await host.RunAsync()).Error, StringComparison.Ordinal);
        host.Linux.Remove("mountLabel");
        host.Linux["intelRdt"] = new JsonObject { ["l3CacheSchema"] = "L3:0=f" };
        Assert.Contains("$.linux.intelRdt: no resctrl filesystem is mounted", (await host.RunAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Another_process_is_refused_too()
    {
        Assert.SkipWhen(SecurityModules.OfHost.HasAppArmor || SecurityModules.OfHost.HasSelinux, "this host runs one of them");
        using var host = new MountHost("exec sleep 1000");
        await using var container = await RunningContainer.StartAsync(host);
        foreach (var (option, expected) in ((string, string)[])[("--apparmor", "$.process.apparmorProfile"), ("--process-label", "$.process.selinuxLabel")])
        {
            var (code, _, error) = await container.RunAsync($"exec {option} wanted {Path.GetFileName(host.Bundle)} /bin/true");
            Assert.Equal(255, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }

        Assert.Equal("", await container.ExecAsync("/bin/true"));
    }
}
