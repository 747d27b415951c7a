using System.Globalization;
using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Namespaces of each type: new, joined by path, or left out, as the host and the container see them.</summary>
[Trait("Category", "Integration")]
public sealed class NamespaceTests
{
    const string Wait = "exec sleep 1000";

    [Theory]
    [InlineData("pid", "pid")]
    [InlineData("network", "net")]
    [InlineData("ipc", "ipc")]
    [InlineData("uts", "uts")]
    [InlineData("mount", "mnt")]
    [InlineData("cgroup", "cgroup")]
    [InlineData("time", "time")]
    public async Task A_namespace_of_each_type_is_joined_by_its_path_or_made(string type, string file)
    {
        using var holder = await NamespaceHolder.StartAsync(type switch { "network" => "--net", "mount" => "--mount --propagation private", _ => "--" + type });
        using var host = Host(Wait).Join(type, holder[file]);
        await using (var container = await RunningContainer.StartAsync(host))
        {
            Assert.Equal(holder.Namespace(file), container.Namespace(file));
            Assert.Equal(holder.Namespace(file) + "\n", await container.ExecAsync($"/bin/readlink /proc/self/ns/{file}"));
        }

        // The control: a new one is nobody's.
        host.LeaveOut(type).Renew(type);
        await using var other = await RunningContainer.StartAsync(host);
        Assert.DoesNotContain(other.Namespace(file), (string[])[holder.Namespace(file), RunningContainer.NamespaceOf(Environment.ProcessId, file)]);
        Assert.Equal(other.Namespace(file) + "\n", await other.ExecAsync($"/bin/readlink /proc/self/ns/{file}"));
    }

    [Theory]
    [InlineData("pid", "pid")]
    [InlineData("network", "net")]
    [InlineData("ipc", "ipc")]
    [InlineData("cgroup", "cgroup")]
    [InlineData("time", "time")]
    public async Task A_namespace_that_is_not_listed_is_the_runtimes(string type, string file)
    {
        using var host = Host(Wait).LeaveOut(type);
        await using var container = await RunningContainer.StartAsync(host);
        Assert.Equal(RunningContainer.NamespaceOf(Environment.ProcessId, file), container.Namespace(file));
        Assert.Equal(container.Namespace(file) + "\n", await container.ExecAsync($"/bin/readlink /proc/self/ns/{file}"));
    }

    [Fact]
    public async Task Without_a_pid_namespace_the_hosts_processes_are_seen_and_the_containers_end_with_it()
    {
        using var host = Host("/bin/sleep 1000 & echo $! > /tmp/other; exec sleep 1000").LeaveOut("pid");
        int first;
        string other;
        await using (var container = await RunningContainer.StartAsync(host))
        {
            first = container.Pid;
            other = File.ReadAllText(host.Rootfs + "/tmp/other").Trim();
            Assert.True(IsAlive(other));
            Assert.Equal(first.ToString(CultureInfo.InvariantCulture), container.Status("NSpid"));
            Assert.Equal($"/proc/{Environment.ProcessId}\n", await container.ExecAsync($"/bin/ls -d /proc/{Environment.ProcessId}"));
        }

        // Both, although nothing but their cgroup holds them together.
        Assert.False(IsAlive(first.ToString(CultureInfo.InvariantCulture)));
        Assert.False(IsAlive(other));
    }

    [Fact]
    public async Task A_user_namespace_is_joined_with_everything_else_new()
    {
        using var holder = await NamespaceHolder.StartAsync("--user", mapsUsers: true);
        using var host = UserNamespaces.Join(Host(Wait), holder);
        host.Renew("cgroup");
        await using var container = await RunningContainer.StartAsync(host);
        AssertOwned(container, holder.Namespace("user"));
        Assert.Equal("0\n", await container.ExecAsync("/bin/id -u"));
        foreach (var file in (string[])["pid", "net", "mnt", "ipc", "uts", "cgroup"])
        {
            Assert.NotEqual(RunningContainer.NamespaceOf(Environment.ProcessId, file), container.Namespace(file));
            Assert.Equal(container.Namespace(file) + "\n", await container.ExecAsync($"/bin/readlink /proc/self/ns/{file}"));
        }
    }

    [Fact]
    public async Task All_namespaces_of_another_container_are_joined_with_its_user_namespace()
    {
        using var holder = await NamespaceHolder.StartAsync("--user --pid --net --ipc --uts --cgroup --mount --time", mapsUsers: true);
        using var host = UserNamespaces.Join(Host(Wait), holder);
        foreach (var (type, file) in ((string, string)[])[("pid", "pid"), ("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("cgroup", "cgroup"), ("time", "time")])
        {
            host.Join(type, holder[file]);
        }

        await using var container = await RunningContainer.StartAsync(host);
        AssertOwned(container, holder.Namespace("user"));
        foreach (var file in (string[])["pid", "net", "ipc", "uts", "cgroup", "time"])
        {
            Assert.Equal(holder.Namespace(file), container.Namespace(file));
            Assert.Equal(holder.Namespace(file) + "\n", await container.ExecAsync($"/bin/readlink /proc/self/ns/{file}"));
        }
    }

    [Fact]
    public async Task Namespaces_of_the_host_are_joined_into_a_new_user_namespace()
    {
        using var holder = await NamespaceHolder.StartAsync("--net --ipc --uts --cgroup");
        using var host = UserNamespaces.Add(Host(Wait).Without("/sys"));
        foreach (var (type, file) in ((string, string)[])[("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("cgroup", "cgroup")])
        {
            host.Join(type, holder[file]);
        }

        host.Config.Remove("hostname");
        host.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_forward"] = "1", ["kernel.msgmax"] = "4444", ["kernel.hostname"] = "joined" };
        await using var container = await RunningContainer.StartAsync(host);
        AssertOwned(container, container.Namespace("user"));
        Assert.NotEqual(RunningContainer.NamespaceOf(Environment.ProcessId, "user"), container.Namespace("user"));
        foreach (var file in (string[])["net", "ipc", "uts", "cgroup"])
        {
            Assert.Equal(holder.Namespace(file), container.Namespace(file));
        }

        Assert.Equal("1\n4444\njoined\n", await container.ExecAsync("/bin/cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax /proc/sys/kernel/hostname"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_and_kernel_parameters_are_the_containers_own(bool inUserNamespace)
    {
        using var host = new MountHost(Wait);
        host.Config.Remove("hostname");
        host.Config["domainname"] = "example";
        host.Linux["sysctl"] = new JsonObject { ["kernel.hostname"] = "named", ["net.ipv4.ip_forward"] = "1", ["net/core/somaxconn"] = "77", ["kernel.msgmax"] = "4444", ["fs.mqueue.msg_max"] = "9" };
        if (inUserNamespace)
        {
            UserNamespaces.Add(host);
        }

        await using var container = await RunningContainer.StartAsync(host);
        const string Parameters = "kernel/hostname kernel/domainname net/ipv4/ip_forward net/core/somaxconn kernel/msgmax fs/mqueue/msg_max";
        var files = Parameters.Split(' ').Select(name => "/proc/sys/" + name).ToList();
        Assert.Equal("named\nexample\n1\n77\n4444\n9\n", await container.ExecAsync("/bin/cat " + string.Join(' ', files)));
        Assert.NotEqual("named\nexample\n", File.ReadAllText(files[0]) + File.ReadAllText(files[1]));
        Assert.NotEqual("77\n", File.ReadAllText(files[3]));
        Assert.NotEqual("4444\n", File.ReadAllText(files[4]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_maps_of_ids_are_as_wanted(bool isJoined)
    {
        using var holder = await NamespaceHolder.StartAsync("--user", mapsUsers: true);
        using var host = isJoined ? UserNamespaces.Join(new MountHost(Wait), holder) : UserNamespaces.Add(new MountHost(Wait));
        host.ProcessSpec["user"] = new JsonObject { ["uid"] = 5, ["gid"] = 6, ["additionalGids"] = new JsonArray(7) };
        await using var container = await RunningContainer.StartAsync(host);
        Assert.Equal($"0 {UserNamespaces.First} 65536", string.Join(' ', container.Read("uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal($"0 {UserNamespaces.First} 65536", string.Join(' ', container.Read("gid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(("100005", "100006", "100007"), (container.Status("Uid").Split('\t')[0], container.Status("Gid").Split('\t')[0], container.Status("Groups")));
        Assert.Equal("uid=5 gid=6 groups=7\n", await container.ExecAsync("/bin/id"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_clocks_of_a_time_namespace_are_set(bool inUserNamespace)
    {
        using var host = new MountHost(Wait);
        host.Renew("time");
        host.Linux["timeOffsets"] = JsonNode.Parse("""{ "monotonic": { "secs": 500000, "nanosecs": 5 }, "boottime": { "secs": 7000000 } }""");
        if (inUserNamespace)
        {
            UserNamespaces.Add(host);
        }

        await using var container = await RunningContainer.StartAsync(host);
        Assert.Equal(["monotonic 500000 5", "boottime 7000000 0"], Words(container.Read("timens_offsets")));
        var up = double.Parse((await container.ExecAsync("/bin/cat /proc/uptime")).Split(' ')[0], CultureInfo.InvariantCulture);
        var here = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(up - here, 6_999_900, 7_000_100);
    }

    [Fact]
    public async Task Clocks_before_zero_are_refused_by_their_field()
    {
        using var host = new MountHost("true");
        host.Renew("time");
        host.Linux["timeOffsets"] = JsonNode.Parse("""{ "boottime": { "secs": -999999999 } }""");
        Assert.Contains("$.linux.timeOffsets: would set a clock before zero", (await host.RunAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hooks_of_the_runtime_stay_in_its_own_namespaces()
    {
        using var holder = await NamespaceHolder.StartAsync("--pid");
        using var host = new MountHost("true").Join("pid", holder["pid"]);
        host.Renew("time");
        host.Linux["timeOffsets"] = JsonNode.Parse("""{ "boottime": { "secs": 7000000 } }""");
        host.Config["hooks"] = new JsonObject
        {
            ["createRuntime"] = new JsonArray(new JsonObject
            {
                ["path"] = "/bin/sh",
                ["args"] = new JsonArray("sh", "-c", $"/bin/readlink /proc/self/ns/pid /proc/self/ns/time > {host.Bundle}/hook"),
            }),
        };
        await host.OutputAsync();
        Assert.Equal(
            $"{RunningContainer.NamespaceOf(Environment.ProcessId, "pid")}\n{RunningContainer.NamespaceOf(Environment.ProcessId, "time")}\n",
            File.ReadAllText(host.Bundle + "/hook"));
    }

    [Theory]
    [InlineData("new", 0)]
    [InlineData("new", 1000)]
    [InlineData("joined", 0)]
    [InlineData("joined", 1000)]
    [InlineData("none", 1000)]
    public async Task A_terminal_belongs_to_the_process_whatever_its_ids_are_on_the_host(string users, int uid)
    {
        using var holder = await NamespaceHolder.StartAsync("--user", mapsUsers: true);
        using var host = new MountHost("stat -c '%u %g' /dev/pts/0 /dev/console; echo written > /dev/pts/0; echo too > /dev/console; exec 3<>/dev/tty && echo mine");
        _ = users switch { "new" => UserNamespaces.Add(host), "joined" => UserNamespaces.Join(host, holder), _ => host };
        host.ProcessSpec["terminal"] = true;
        host.ProcessSpec["user"]!["uid"] = uid;
        var output = (await host.OutputAsync()).ReplaceLineEndings("\n");
        Assert.Equal($"{uid} 0\n{uid} 0\nwritten\ntoo\nmine\n", output);

        // A group that the configuration gives is that of the container, too.
        host.Mounts.Single(mount => (string)mount!["destination"]! == "/dev/pts")!["options"]!.AsArray().Add("gid=5");
        Assert.StartsWith($"{uid} 5\n", await host.OutputAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mount", "mnt", ".path: is the runtime's own mount namespace")]
    [InlineData("user", "user", ".path: is the runtime's own user namespace")]
    public async Task Namespaces_of_the_runtime_that_nobody_could_join_are_refused(string type, string file, string expected)
    {
        using var host = Host("true").Join(type, $"/proc/self/ns/{file}");
        Assert.Contains(expected, (await host.RunAsync()).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("network", "net", "net.ipv4.ip_forward", "$.linux.sysctl[\"net.ipv4.ip_forward\"]: needs a namespace of type network that is not the host's")]
    [InlineData("ipc", "ipc", "kernel.msgmax", "$.linux.sysctl[\"kernel.msgmax\"]: needs a namespace of type ipc that is not the host's")]
    [InlineData("uts", "uts", "kernel.domainname", "$.linux.sysctl[\"kernel.domainname\"]: needs a namespace of type uts that is not the host's")]
    public async Task Parameters_of_the_host_are_not_changed_through_a_path_to_its_namespace(string type, string file, string parameter, string expected)
    {
        using var host = JoiningOwn(type, file);
        host.Config.Remove("hostname");
        Assert.Equal(0, (await RunInOwnAsync(host)).ExitCode);
        host.Linux["sysctl"] = new JsonObject { [parameter] = "1" };
        var (code, _, error) = await RunInOwnAsync(host);
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hostname")]
    [InlineData("domainname")]
    public async Task The_host_is_not_renamed_through_a_path_to_its_namespace(string field)
    {
        using var host = JoiningOwn("uts", "uts");
        host.Config.Remove("hostname");
        host.Config[field] = "renamed";
        var (code, _, error) = await RunInOwnAsync(host);
        Assert.Equal(1, code);
        Assert.Contains($"$.{field}: needs a uts namespace that is not the host's", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ipc", "/not/there", "cannot be opened (no such file or directory); name the file of a ipc namespace")]
    [InlineData("ipc", "/proc/self/ns/uts", "is no ipc namespace")]
    [InlineData("network", "/etc/hostname", "is no network namespace")]
    public async Task A_path_that_is_no_namespace_of_the_type_is_refused(string type, string path, string expected)
    {
        using var host = Host("true").Join(type, path);
        Assert.Contains(expected, (await host.RunAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_that_the_runtime_has_no_right_to_is_explained()
    {
        using var users = await NamespaceHolder.StartAsync("--user", mapsUsers: true);
        using var mounts = await NamespaceHolder.StartAsync("--mount --propagation private");
        using var host = UserNamespaces.Join(Host("true").Join("mount", mounts["mnt"]), users);
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains("setns", error, StringComparison.Ordinal);
        Assert.Contains("belongs to a user namespace over which", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_in_a_mount_namespace_that_it_joins_changes_nothing_outside()
    {
        using var holder = await NamespaceHolder.StartAsync("--mount --propagation private");
        using var host = Host(Wait).Join("mount", holder["mnt"]);
        var before = File.ReadAllText("/proc/self/mountinfo");
        await using var container = await RunningContainer.StartAsync(host);
        Assert.Equal(holder.Namespace("mnt"), container.Namespace("mnt"));
        Assert.Equal("busybox\n", await container.ExecAsync("/bin/readlink /bin/ls"));
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }

    static MountHost Host(string script) => new(script);

    /// <summary>A container that joins the runtime's own namespace, under a name that does not tell whose it is.</summary>
    static MountHost JoiningOwn(string type, string file)
    {
        var host = Host("true");
        File.CreateSymbolicLink(host.Bundle + "/namespace", "/proc/self/ns/" + file);
        return host.Join(type, host.Bundle + "/namespace");
    }

    /// <summary>Runs the runtime in namespaces of the test: what it would do to its host, it does to them.</summary>
    static Task<(int ExitCode, string Output, string Error)> RunInOwnAsync(MountHost host) => host.RunAsync(runtime: $"unshare --net --ipc --uts {host.Command}");

    /// <summary>Its ids, and its files as its root sees them.</summary>
    static void AssertOwned(RunningContainer container, string users)
    {
        Assert.Equal(users, container.Namespace("user"));
        Assert.Equal(UserNamespaces.First.ToString(CultureInfo.InvariantCulture), container.Status("Uid").Split('\t')[0]);
    }

    /// <summary>Whoever is its parent now may not have reaped it yet.</summary>
    static bool IsAlive(string pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    static string[] Words(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))];
}
