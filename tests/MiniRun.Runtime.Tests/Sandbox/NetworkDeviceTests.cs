using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Network devices that move into a container, from a network that the test makes.</summary>
[Trait("Category", "Integration")]
public sealed partial class NetworkDeviceTests
{
    const string Show = "/bin/busybox ip addr; /bin/busybox ip route";

    const string MakePair = """
        ip link add host0 type veth peer name peer0
        ip addr add 192.0.2.1/24 brd + dev host0
        ip addr add 198.51.100.1 peer 198.51.100.2/32 dev host0
        ip addr add 203.0.113.1/24 scope link dev host0
        ip addr add 2001:db8::1/64 dev host0 nodad
        ip link set host0 up
        ip link set peer0 up
        """;

    [Fact]
    public async Task A_device_moves_with_its_addresses_under_its_new_name_and_is_up()
    {
        using var host = Host(Show, ("host0", "eth7"));
        var (inside, after) = await RunAsync(host, MakePair);
        var device = Device(inside, "eth7");
        Assert.Matches("<[A-Z,]*\\bUP\\b", device);
        Assert.Contains("inet 192.0.2.1/24 brd 192.0.2.255", device, StringComparison.Ordinal);
        Assert.Contains("inet 198.51.100.1 peer 198.51.100.2/32", device, StringComparison.Ordinal);
        Assert.Contains("inet6 2001:db8::1/64", device, StringComparison.Ordinal);
        // Only what is meant for the world; the kernel makes the others itself.
        Assert.DoesNotContain("203.0.113.1", device, StringComparison.Ordinal);
        Assert.Contains("192.0.2.0/24 dev eth7", inside, StringComparison.Ordinal);
        Assert.DoesNotContain("host0", inside, StringComparison.Ordinal);
        Assert.DoesNotContain("host0", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_being_asked_for_no_device_moves()
    {
        using var host = Host(Show);
        var (inside, after) = await RunAsync(host, MakePair);
        Assert.DoesNotContain("host0", inside, StringComparison.Ordinal);
        Assert.Contains("inet 192.0.2.1/24", Device(after, "host0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_was_down_keeps_its_name_and_is_up_inside()
    {
        using var host = Host(Show, ("host0", ""), ("peer0", ""));
        var (inside, _) = await RunAsync(host, "ip link add host0 type veth peer name peer0; ip addr add 192.0.2.1/24 dev peer0");
        Assert.Matches("<[A-Z,]*\\bUP\\b", Device(inside, "host0"));
        Assert.Matches("<[A-Z,]*\\bUP\\b", Device(inside, "peer0"));
        Assert.Contains("inet 192.0.2.1/24", Device(inside, "peer0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kernel_chooses_a_number_for_a_template()
    {
        using var host = Host(Show, ("host0", "eth%d"), ("peer0", "eth%d"));
        var (inside, _) = await RunAsync(host, "ip link add host0 type veth peer name peer0");
        Assert.Equal(["eth0", "eth1", "lo"], Names(inside));
    }

    [Fact]
    public async Task A_device_moves_into_a_network_that_is_joined_and_stays_there()
    {
        // Devices of the same numbers are there already.
        using var holder = await NamespaceHolder.StartAsync("--net", "ip link add in0 type veth peer name in1; ip link add in2 type veth peer name in3");
        using var host = Host(Show, ("host0", "eth7"));
        host.Join("network", holder["net"]);
        var (inside, _) = await RunAsync(host, MakePair);
        Assert.Contains("inet 192.0.2.1/24", Device(inside, "eth7"), StringComparison.Ordinal);
        Assert.Equal(["eth7", "in0", "in1", "in2", "in3", "lo"], Names(inside));
    }

    [Fact]
    public async Task A_device_moves_into_a_user_namespace()
    {
        using var host = UserNamespaces.Add(Host(Show, ("host0", "eth7")));
        var (inside, _) = await RunAsync(host, MakePair);
        Assert.Contains("inet 192.0.2.1/24", Device(inside, "eth7"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a step that fails", "", "ENOENT")]
    [InlineData("a device that is missing", "gone", "$.linux.netDevices.gone: the host has no network device of this name")]
    [InlineData("a device that cannot move", "lo", "$.linux.netDevices.lo: the container's network has a device \"lo\" already")]
    [InlineData("a device that belongs to its network", "lo=lo2", "$.linux.netDevices.lo: this network device cannot change its network")]
    [InlineData("a name that is taken", "peer0=eth7", "$.linux.netDevices.peer0: the container's network has a device \"eth7\" already")]
    public async Task What_was_moved_goes_back_when_the_container_does_not_come_to_be(string why, string other, string expected)
    {
        using var host = Host(Show, ("host0", "eth7"));
        if (other.Length > 0)
        {
            var words = other.Split('=');
            host.Linux["netDevices"]![words[0]] = new JsonObject { ["name"] = words.Length > 1 ? words[1] : "" };
        }
        else
        {
            host.Config["process"]!["args"] = new JsonArray("/not/there");
        }

        var (code, output, error) = await host.RunAsync(runtime: $"unshare -n /bin/sh -ec '{MakePair}\nip addr\necho ----\n{host.Command} || {{ ip addr; exit 1; }}'");
        Assert.True(code == 1, why);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        var (before, after) = (output.Split("----\n")[0], output.Split("----\n")[1]);
        Assert.Contains("inet 203.0.113.1/24", Device(before, "host0"), StringComparison.Ordinal);
        // Its number, name, state and global addresses; what was only for the link is lost with the way.
        Assert.Equal(Facts(before), Facts(after));

        string[] Facts(string list) =>
            [.. Lines.Matches(Device(list, "host0")).Select(line => line.Value.Trim()).Where(line => !line.Contains("203.0.113.1", StringComparison.Ordinal) && !line.Contains("scope link", StringComparison.Ordinal)).Order()];
    }

    [Theory]
    [InlineData("/proc/self/ns/net", "$.linux.netDevices: needs a network namespace that is not the host's")]
    [InlineData("/proc/$$/ns/net", "$.linux.netDevices: needs a network namespace that is not the host's")]
    public async Task The_hosts_own_network_is_refused_under_any_name(string path, string expected)
    {
        using var host = Host(Show, ("host0", "eth7"));
        host.Join("network", path.Replace("$$", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    static MountHost Host(string script, params (string Name, string Inside)[] devices)
    {
        var host = new MountHost(script);
        if (devices.Length > 0)
        {
            host.Linux["netDevices"] = new JsonObject(devices.Select(device => KeyValuePair.Create(device.Name, (JsonNode?)new JsonObject { ["name"] = device.Inside })));
        }

        return host;
    }

    /// <summary>What the container sees, and what is left on its host afterwards.</summary>
    static async Task<(string Inside, string After)> RunAsync(MountHost host, string prepare)
    {
        var (code, output, error) = await host.RunAsync(runtime: $"unshare -n /bin/sh -ec '{prepare}\n{host.Command}\necho ----\nip addr'");
        Assert.True(code == 0, $"exit code {code}: {error}{output}");
        var parts = output.Split("----\n");
        return (parts[0], parts[1]);
    }

    static string Device(string list, string name) => Devices.Matches(list).Select(match => match.Value).Single(device => Regex.IsMatch(device, $@"^\d+: {name}[@:]", RegexOptions.None, TimeSpan.FromSeconds(1)));

    static string[] Names(string list) => [.. Devices.Matches(list).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^\d+: (?<name>[^@:]+)[@:].*\n(?: +.*\n)*", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Devices { get; }

    [GeneratedRegex(@"^\d+: \S+: <[A-Z,]*>|^\d+: \S+|inet6? .*", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lines { get; }
}
