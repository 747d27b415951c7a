using System.Text.Json;
using System.Text.Json.Nodes;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>Containers whose calls a real agent decides about, by the executable.</summary>
[Trait("Category", "Integration")]
public sealed class SeccompAgentTests : IAsyncLifetime
{
    const int Uname = 63;
    const int Mkdir = 83;
    const int Chmod = 90;
    const int Execve = 59;
    const string Metadata = "MKNOD=/dev/null,\"quoted\"";

    /// <summary>A folder cannot be made, a mode can be changed, and nobody hears what the machine is called.</summary>
    const string Script = "mkdir /made 2>&1; echo > /file; chmod 600 /file && ls -l /file | head -c 10; echo; echo \"<$(uname -n)>\"";

    const string Expected = "mkdir: can't create directory '/made': No space left on device\n-rw-------\n<>\n";

    static readonly Dictionary<int, Answer> Answers = new() { [Mkdir] = new Answer((int)Errno.ENOSPC), [Uname] = new Answer((int)Errno.EPERM) };

    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_host["socket"]);
        return default;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 1000)]
    [InlineData(false, 1000)]
    public async Task The_agent_decides_about_a_container_that_runs(bool noNewPrivileges, int uid)
    {
        using var agent = new NotifyAgent(Socket, Answers);
        var bundle = Bundle(Script.Replace("/file", "/tmp/file", StringComparison.Ordinal).Replace("/made", "/tmp/made", StringComparison.Ordinal), noNewPrivileges, uid);
        File.SetUnixFileMode($"{bundle}/rootfs/tmp", (UnixFileMode)0b1_111_111_111);
        var output = await _host.OutputAsync("run", "--bundle", bundle, _host.Id);
        Assert.Equal(Expected.Replace("/made", "/tmp/made", StringComparison.Ordinal), output);
        var told = agent.Next();
        AssertTold(told, bundle, "creating");
        Assert.Equal(told.GetProperty("pid").GetInt32(), told.GetProperty("state").GetProperty("pid").GetInt32());
        Assert.Equal([Uname, Mkdir, Chmod], agent.Asked.Select(call => call.Number).Distinct().Where(number => number is Uname or Mkdir or Chmod).Order());
        Assert.Empty(agent.Processes);
    }

    [Fact]
    public async Task The_control_without_an_agent_to_ask_makes_the_calls()
    {
        var bundle = Bundle(Script, edit: seccomp => seccomp["syscalls"] = new JsonArray());
        Assert.Equal("-rw-------\n<test>\n", await _host.OutputAsync("run", "--bundle", bundle, _host.Id));
    }

    [Fact]
    public async Task Of_a_created_container_it_is_told_at_once_and_of_each_further_process_by_itself()
    {
        using var agent = new NotifyAgent(Socket, Answers);
        var bundle = Bundle("sleep 1000");
        await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
        var first = agent.Next();
        AssertTold(first, bundle, "creating");
        var pid = await _host.PidAsync();
        Assert.Equal((pid, pid), (first.GetProperty("pid").GetInt32(), first.GetProperty("state").GetProperty("pid").GetInt32()));
        await _host.OutputAsync("start", _host.Id);

        File.Delete($"{bundle}/rootfs/file");
        var exec = await _host.RunAsync("exec", _host.Id, "sh", "-c", "echo $$ > /pid; " + Script);
        Assert.Equal((0, Expected), (exec.ExitCode, exec.Output));
        var second = agent.Next();
        AssertTold(second, bundle, "running");
        Assert.NotEqual(pid, second.GetProperty("pid").GetInt32());
        Assert.Equal(pid, second.GetProperty("state").GetProperty("pid").GetInt32());
        // busybox makes its children; the pids are those that the agent's /proc has.
        Assert.Contains(agent.Asked, call => call.Number == Mkdir && call.Pid > second.GetProperty("pid").GetInt32());
        Assert.Empty(agent.Processes);
    }

    [Fact]
    public async Task A_detached_one_asks_as_long_as_it_lives()
    {
        using var agent = new NotifyAgent(Socket, Answers);
        await _host.OutputAsync("run", "--detach", "--bundle", Bundle("while ! mkdir /made 2> /error; do sleep 0.05; done"), _host.Id);
        AssertTold(agent.Next(), null, "creating");
        await Eventually.IsAsync(() => Task.FromResult(agent.Asked.Count(call => call.Number == Mkdir) > 3), "it does not ask");
        await _host.OutputAsync("kill", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_first_program_can_be_decided_about_too(bool isAllowed)
    {
        using var agent = new NotifyAgent(Socket, new() { [Execve] = isAllowed ? Answer.Continue : new Answer((int)Errno.EACCES) });
        var bundle = Bundle("echo started", edit: seccomp => Asks(seccomp, "execve", "read", "close", "prctl", "faccessat"));
        var outcome = await _host.RunAsync("run", "--bundle", bundle, _host.Id);
        Assert.Equal((isAllowed ? 0 : 1, isAllowed ? "started\n" : ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(isAllowed ? "" : "execve(\"/bin/sh\"", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(agent.Asked, call => call.Number == Execve);
    }

    [Theory]
    [InlineData("mkdir", "mkdir: can't create directory '/made': Function not implemented\n")]
    [InlineData("execve", null)]
    public async Task Once_it_is_gone_nobody_waits_for_it(string call, string? output)
    {
        var bundle = Bundle("mkdir /made 2>&1; true", edit: seccomp => Asks(seccomp, call));
        using (var agent = new NotifyAgent(Socket, []))
        {
            await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
            agent.Next();
        }

        using var start = _host.Start("start", _host.Id);
        var outcome = await start.EndAsync();
        Assert.Equal(output is null ? 1 : 0, outcome.ExitCode);
        Assert.Contains(output is null ? "execve(\"/bin/sh\"" : "", outcome.Error, StringComparison.Ordinal);
        await _host.UntilAsync("stopped");
        Assert.False(Directory.Exists($"{bundle}/rootfs/made"));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("create")]
    public async Task Without_it_there_is_no_container(string verb)
    {
        foreach (var prepare in (Action[])[() => { }, () => File.WriteAllText(Socket, "")])
        {
            prepare();
            var line = await _host.RefusedAsync(verb, "--bundle", Bundle("true"), _host.Id);
            Assert.StartsWith($"$.linux.seccomp.listenerPath: the agent at \"{Socket}\" cannot be told (", line, StringComparison.Ordinal);
            Assert.EndsWith("); it must listen before the container is created", line, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(_host.Root));
            await Eventually.IsAsync(() => Task.FromResult(_host.Traces().Count == 0), "something is left");
        }
    }

    [Fact]
    public async Task Without_it_there_is_no_further_process()
    {
        var bundle = Bundle("sleep 1000");
        using (var agent = new NotifyAgent(Socket, Answers))
        {
            await _host.OutputAsync("run", "--detach", "--bundle", bundle, _host.Id);
        }

        File.Delete(Socket);
        Assert.Contains("$.linux.seccomp.listenerPath: ", await _host.RefusedAsync(new Verbs.Call("exec", _host.Id, "touch", "/ran"), 255), StringComparison.Ordinal);
        Assert.False(File.Exists($"{bundle}/rootfs/ran"));
        Assert.Equal("running", await _host.StatusAsync());
    }

    string Socket => _host["socket/agent"];

    void AssertTold(JsonElement told, string? bundle, string status)
    {
        Assert.Equal(["fds", "metadata", "ociVersion", "pid", "state"], told.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal("1.0.2", told.GetProperty("ociVersion").GetString());
        Assert.Equal(["seccompFd"], told.GetProperty("fds").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(Metadata, told.GetProperty("metadata").GetString());
        var state = told.GetProperty("state");
        Assert.Equal(("1.0.2", _host.Id, status), (state.GetProperty("ociVersion").GetString(), state.GetProperty("id").GetString(), state.GetProperty("status").GetString()));
        Assert.Equal("value", state.GetProperty("annotations").GetProperty("key").GetString());
        Assert.Equal(bundle ?? state.GetProperty("bundle").GetString(), state.GetProperty("bundle").GetString());
    }

    string Bundle(string script, bool noNewPrivileges = true, int uid = 0, Action<JsonObject>? edit = null)
    {
        var bundle = _host.Bundle(script, config =>
        {
            config["annotations"] = new JsonObject { ["key"] = "value" };
            config["process"]!["noNewPrivileges"] = noNewPrivileges;
            config["process"]!["user"] = new JsonObject { ["uid"] = uid, ["gid"] = uid };
            var seccomp = new JsonObject
            {
                ["defaultAction"] = "SCMP_ACT_ALLOW",
                ["architectures"] = new JsonArray("SCMP_ARCH_X86_64"),
                ["listenerPath"] = Socket,
                ["listenerMetadata"] = Metadata,
            };
            Asks(seccomp, "mkdir", "chmod", "uname");
            edit?.Invoke(seccomp);
            config["linux"]!["seccomp"] = seccomp;
        });
        File.CreateSymbolicLink($"{bundle}/rootfs/bin/chmod", "busybox");
        return bundle;
    }

    static void Asks(JsonObject seccomp, params string[] calls) => seccomp["syscalls"] = new JsonArray(
        new JsonObject { ["names"] = new JsonArray([.. calls.Select(call => (JsonNode)call)]), ["action"] = "SCMP_ACT_NOTIFY" });
}
