using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>What <c>exec</c> changes of the container's own process.</summary>
[Trait("Category", "Integration")]
public sealed class ExecOptionTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public async ValueTask InitializeAsync() => await _host.RunDetachedAsync("sleep 1000", config =>
    {
        config["process"]!["env"] = new JsonArray("PATH=/bin", "A=config", "B=config");
        config["process"]!["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0, ["additionalGids"] = new JsonArray(5) };
        config["process"]!["noNewPrivileges"] = false;
    });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_working_directory()
    {
        Assert.Equal("/tmp\n", await ExecAsync(["--cwd", "/tmp"], "pwd"));
        Assert.Equal("--cwd: must be an absolute path", await RefusedAsync("--cwd", "tmp"));
        Assert.Contains("/not/there", await RefusedAsync("--cwd", "/not/there"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_where_the_last_of_a_name_counts()
    {
        Assert.Equal("A=exec\nB=config\nC=\nHOME=/\nPATH=/bin\n", Sorted(await ExecAsync(["--env", "A=first", "-e", "A=exec", "--env=C="], "env")));
        Assert.StartsWith("--env: \"A\" must be NAME=value", await RefusedAsync("--env", "A"), StringComparison.Ordinal);
        Assert.StartsWith("--env: \"=a\" must be NAME=value", await RefusedAsync("--env", "=a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1000", "uid=1000 gid=0 groups=5")]
    [InlineData("1000:2000", "uid=1000 gid=2000 groups=5")]
    [InlineData("0:0", "uid=0 gid=0 groups=5")]
    [InlineData("4294967294:4294967294", "uid=4294967294 gid=4294967294 groups=5")]
    public async Task The_user_is_a_number_and_maybe_its_group(string user, string expected) => Assert.Equal(expected + "\n", await ExecAsync(["--user", user], "id"));

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("1:")]
    [InlineData(":1")]
    [InlineData("root")]
    [InlineData("0x0")]
    [InlineData(" 0")]
    [InlineData("+0")]
    [InlineData("-1")]
    [InlineData("1:root")]
    [InlineData("1:2:3")]
    [InlineData("1e3")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    public async Task What_is_no_user_never_becomes_root(string user) =>
        Assert.StartsWith("--user: ", await RefusedAsync("--user", user), StringComparison.Ordinal);

    [Fact]
    public async Task More_groups() => Assert.Equal("0 5 8 9", string.Join(' ', (await ExecAsync(["-g", "8", "--additional-gids", "9"], "id", "-G")).Trim().Split(' ').Select(int.Parse).Order()));

    [Fact]
    public async Task More_capabilities()
    {
        const string Effective = "grep CapEff /proc/self/status";
        Assert.Equal("CapEff:\t0000000000000020\n", await ExecAsync([], "sh", "-c", Effective));
        Assert.Equal("CapEff:\t0000000000000021\n", await ExecAsync(["--cap", "CAP_CHOWN"], "sh", "-c", Effective));
        Assert.Equal("CapEff:\t0000000000000021\n", await ExecAsync(["-c", "CHOWN"], "sh", "-c", Effective));
        Assert.StartsWith("--cap: \"CAP_FLY\" is no capability", await RefusedAsync("--cap", "CAP_FLY"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_new_privileges()
    {
        Assert.Equal("NoNewPrivs:\t0\n", await ExecAsync([], "grep", "NoNewPrivs", "/proc/self/status"));
        Assert.Equal("NoNewPrivs:\t1\n", await ExecAsync(["--no-new-privs"], "grep", "NoNewPrivs", "/proc/self/status"));
    }

    [Fact]
    public async Task Descriptors()
    {
        const string List = "for n in 3 4 5 6 7 8 9 10 11 12 13; do [ -e /proc/self/fd/$n ] && echo $n; done; true";
        const string Open = "exec 3</etc/hostname 4</etc/hostname 5</etc/hostname";
        Assert.Equal("", (await _host.RunAsync(new Call("exec", _host.Id, "sh", "-c", List) { Before = Open })).Output);
        Assert.Equal("3\n4\n", (await _host.RunAsync(new Call("exec", "--preserve-fds", "2", _host.Id, "sh", "-c", List) { Before = Open })).Output);
        Assert.Equal("--preserve-fds: descriptor 3 is not open", await RefusedAsync("--preserve-fds", "1"));
    }

    [Fact]
    public async Task A_cgroup_below_the_containers_and_in_the_others_the_containers_own()
    {
        var cgroups = _host.Traces().Where(Directory.Exists).ToList();
        // As a container would that manages its memory alone.
        var chosen = cgroups.Find(path => path.Contains("/memory/", StringComparison.Ordinal)) ?? cgroups[0];
        Directory.CreateDirectory(chosen + "/below");
        var lines = (await ExecAsync(["--cgroup", "/below/"], "cat", "/proc/self/cgroup")).TrimEnd('\n').Split('\n');
        Assert.Equal(cgroups.Count, lines.Count(line => line.EndsWith("/minirun/" + _host.Id, StringComparison.Ordinal) || line.EndsWith($"/minirun/{_host.Id}/below", StringComparison.Ordinal)));
        Assert.Single(lines, line => line.EndsWith($"/minirun/{_host.Id}/below", StringComparison.Ordinal));

        Assert.Equal("--cgroup: the container has no cgroup \"other\" below its own", await RefusedAsync("--cgroup", "other"));
        Assert.StartsWith("--cgroup: must not contain", await RefusedAsync("--cgroup", "../.."), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_the_command_are_the_commands() => Assert.Equal("-e x --user 1 -- --tty\n", await ExecAsync([], "echo", "-e x", "--user", "1", "--", "--tty"));

    Task<string> ExecAsync(string[] options, params string[] command) => _host.OutputAsync(["exec", .. options, _host.Id, .. command]);

    Task<string> RefusedAsync(params string[] options) => _host.RefusedAsync(new Call(["exec", .. options, _host.Id, "true"]), 255);

    static string Sorted(string lines) => string.Join('\n', lines.TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal)) + "\n";
}
