using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using MiniRun.Web.Hosting;

namespace MiniRun.Web.Tests.Hosting;

public sealed class PanelOptionsTests
{
    [Fact]
    public void Without_keys_the_defaults_hold()
    {
        var options = Read([]);
        Assert.Equal(("/var/lib/minirun", "/run/minirun", "minirun", 8080, 8443), (options.Home, options.Run, options.Cgroup, options.HttpPort, options.HttpsPort));
        Assert.Equal("/run/minirun/minirun.sock", options.Socket);
        Assert.EndsWith("/bin/minirun-runtime", options.Runtime, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MINIRUN_HOME", "var")]
    [InlineData("MINIRUN_RUN", "./run")]
    [InlineData("MINIRUN_RUNTIME", "minirun-runtime")]
    [InlineData("MINIRUN_CERTS", "certs")]
    [InlineData("MINIRUN_CGROUP", "a/b")]
    [InlineData("MINIRUN_CGROUP", "..")]
    [InlineData("MINIRUN_HTTP_PORT", "http")]
    [InlineData("MINIRUN_HTTP_PORT", "65536")]
    [InlineData("MINIRUN_HTTPS_PORT", "-1")]
    [InlineData("MINIRUN_HTTPS_PORT", "8080")]
    public void A_bad_value_is_refused_with_its_key(string key, string value)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Read(new() { [key] = value }));
        Assert.StartsWith(key + ": ", Assert.Single(refusal.Failures), StringComparison.Ordinal);
    }

    static PanelOptions Read(Dictionary<string, string?> values) =>
        PanelOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
}
