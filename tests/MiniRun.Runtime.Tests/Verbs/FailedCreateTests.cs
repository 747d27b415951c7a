using System.Text.Json.Nodes;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Whatever <c>create</c> fails at, it says so in one line and leaves nothing: no state, cgroup, mount, process or file.</summary>
[Trait("Category", "Integration")]
public sealed class FailedCreateTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public static TheoryData<string, string> Causes => new()
    {
        { "program", "execve" }, { "program in PATH", "check the command and PATH" }, { "root", "root" }, { "root file", "root" }, { "bind source", "/not/there" },
        { "filesystem", "ENODEV" }, { "filesystem option", "fsconfig" }, { "working directory", "bin/busybox" }, { "rlimit", "prlimit64" }, { "namespace", "$.linux.namespaces[0].path" },
        { "namespace type", "$.linux.namespaces[0].path" }, { "hook", "error running createRuntime hook #0" }, { "limit", "$.linux.resources" }, { "refused limit", "$.linux.resources" },
        { "sysctl", "/proc/sys/kernel/shmmax" }, { "seccomp agent", "$.linux.seccomp.listenerPath" }, { "device", "bin/busybox" },
        { "occupied cgroup", "$.linux.cgroupsPath" },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task A_configuration_that_cannot_be(string cause, string named)
    {
        var bundle = _host.Bundle("sleep 1000", config => Break(config, cause));
        if (cause == "occupied cgroup")
        {
            await _host.RunDetachedAsync("sleep 1000", id: _host.Id + "-other");
        }

        var before = Entries(bundle);
        foreach (var verb in (string[][])[["create"], ["run", "--detach"]])
        {
            var line = await _host.RefusedAsync([.. verb, "--bundle", bundle, "--pid-file", _host["pid"], _host.Id]);
            Assert.Contains(cause == "program" && verb[0] == "create" ? "/not/there" : named, line, StringComparison.Ordinal);
            await NothingIsLeftAsync();
            Assert.Equal(before, Entries(bundle));
        }
    }

    [Theory]
    [InlineData("/not/there/pid")]
    [InlineData("/proc/pid")]
    [InlineData("FOLDER")]
    public async Task A_pid_file_that_cannot_be_written(string path)
    {
        Directory.CreateDirectory(_host["place/folder"]);
        path = path.Replace("FOLDER", _host["place/folder"], StringComparison.Ordinal);
        Assert.Contains(Path.GetDirectoryName(path)!, await _host.RefusedAsync("create", "--bundle", _host.Bundle("true"), "--pid-file", path, _host.Id), StringComparison.Ordinal);
        await NothingIsLeftAsync();
        Assert.Equal(["folder"], Directory.GetFileSystemEntries(_host["place"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_console_socket_on_which_nobody_listens()
    {
        var bundle = _host.Bundle("true", config => config["process"]!["terminal"] = true);
        Assert.Contains(_host["console"], await _host.RefusedAsync("create", "--bundle", bundle, "--console-socket", _host["console"], _host.Id), StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_pidfd_socket_on_which_nobody_listens()
    {
        Assert.Contains(_host["pidfd"], await _host.RefusedAsync("create", "--bundle", _host.Bundle("true"), "--pidfd-socket", _host["pidfd"], _host.Id), StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(8192, true)]
    [InlineData(1048576, false)]
    public async Task A_memory_limit_below_what_a_start_takes(int limit, bool isTooLow)
    {
        var bundle = _host.Bundle("true", config => config["linux"]!["resources"] = new JsonObject { ["memory"] = new JsonObject { ["limit"] = limit } });
        if (!isTooLow)
        {
            Assert.Equal("", await _host.OutputAsync("run", "--bundle", bundle, _host.Id));
            return;
        }

        var line = await _host.RefusedAsync("create", "--bundle", bundle, _host.Id);
        Assert.Contains("for want of memory before its program started; raise $.linux.resources.memory.limit", line, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("/not/there")]
    [InlineData("/etc/hostname")]
    [InlineData("EMPTY")]
    public async Task A_bundle_that_is_none(string path)
    {
        Directory.CreateDirectory(_host["empty"]);
        var line = await _host.RefusedAsync("create", "--bundle", path.Replace("EMPTY", _host["empty"], StringComparison.Ordinal), _host.Id);
        Assert.Contains(path == "EMPTY" ? "config.json" : path, line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_host.StateOf(_host.Id)));
    }

    [Theory]
    [InlineData("mkfifo")]
    [InlineData("mkdir")]
    public async Task A_config_that_is_no_file(string make)
    {
        Directory.CreateDirectory(_host["bundle"]);
        using (var made = System.Diagnostics.Process.Start(make, _host["bundle/config.json"]))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Contains("config.json is no regular file", await _host.RefusedAsync("create", "--bundle", _host["bundle"], _host.Id), StringComparison.Ordinal);
    }

    async Task NothingIsLeftAsync()
    {
        Assert.DoesNotContain(_host.StateOf(_host.Id), Directory.GetFileSystemEntries(_host.Root));
        Assert.False(File.Exists(_host["pid"]));
        await Eventually.IsAsync(
            () => Task.FromResult(_host.Traces().TrueForAll(trace => trace.Contains(_host.Id + "-other", StringComparison.Ordinal) || trace.Contains("sleep", StringComparison.Ordinal))),
            () => "left behind: " + string.Join(", ", _host.Traces()));
    }

    void Break(JsonObject config, string cause)
    {
        var (process, linux, mounts) = (config["process"]!, config["linux"]!, config["mounts"]!.AsArray());
        switch (cause)
        {
            case "program":
                process["args"] = new JsonArray("/not/there");
                break;
            case "program in PATH":
                process["args"] = new JsonArray("not-there");
                break;
            case "root":
                config["root"]!["path"] = "not-there-root";
                break;
            case "root file":
                config["root"]!["path"] = "rootfs/bin/busybox";
                break;
            case "bind source":
                mounts.Add(JsonNode.Parse("""{"destination":"/tmp","type":"bind","source":"/not/there","options":["bind"]}"""));
                break;
            case "filesystem":
                mounts.Add(JsonNode.Parse("""{"destination":"/tmp","type":"nosuchfs","source":"x"}"""));
                break;
            case "filesystem option":
                mounts.Add(JsonNode.Parse("""{"destination":"/tmp","type":"tmpfs","source":"x","options":["size=nonsense"]}"""));
                break;
            case "working directory":
                process["cwd"] = "/bin/busybox";
                break;
            case "rlimit":
                Assert.SkipWhen((OwnCapabilities.Permitted() & (1UL << 24)) != 0, "this host lets limits be raised");
                process["rlimits"] = JsonNode.Parse("""[{"type":"RLIMIT_NOFILE","soft":1073741816,"hard":1073741816}]""");
                break;
            case "namespace":
                linux["namespaces"]![0]!["path"] = "/not/there";
                break;
            case "namespace type":
                linux["namespaces"]![0]!["path"] = "/proc/self/ns/net";
                break;
            case "hook":
                config["hooks"] = JsonNode.Parse("""{"createRuntime":[{"path":"/bin/false"}]}""");
                break;
            case "limit":
                linux["resources"] = JsonNode.Parse("""{"hugepageLimits":[{"pageSize":"3MB","limit":3145728}]}""");
                break;
            case "refused limit":
                linux["resources"] = JsonNode.Parse("""{"memory":{"limit":8192}}""");
                linux["resources"]!["cpu"] = JsonNode.Parse("""{"cpus":"4000"}""");
                break;
            case "sysctl":
                linux["sysctl"] = JsonNode.Parse("""{"kernel.shmmax":"nonsense"}""");
                break;
            case "seccomp agent":
                linux["seccomp"] = JsonNode.Parse("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/not/there","syscalls":[{"names":["getcwd"],"action":"SCMP_ACT_NOTIFY"}]}""");
                break;
            case "device":
                linux["devices"] = JsonNode.Parse("""[{"path":"/bin/busybox/x","type":"c","major":1,"minor":3}]""");
                break;
            case "occupied cgroup":
                linux["cgroupsPath"] = $"/minirun/{_host.Id}-other";
                break;
            default:
                throw new ArgumentException(cause, nameof(cause));
        }
    }

    static List<string> Entries(string bundle) => [.. Directory.GetFileSystemEntries(bundle).Order(StringComparer.Ordinal)];
}
