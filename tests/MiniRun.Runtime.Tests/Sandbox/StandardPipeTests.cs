using System.Text.Json.Nodes;
using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Programs write to /dev/stdout and /dev/stderr, which opens the pipe behind it anew.</summary>
[Trait("Category", "Integration")]
public sealed class StandardPipeTests : IAsyncLifetime
{
    const string Program = "echo out > /dev/stdout && echo problem > /dev/stderr";

    /// <summary>Puts pipes between the executable and its files.</summary>
    const string Piped = "set -- sh -c '{ \"$@\" 2>&3 | cat; } 3>&1 | cat' sh \"$@\"";

    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Who_is_not_root_opens_them()
    {
        var outcome = await _host.RunAsync(new Call("run", "--bundle", _host.Bundle(Program, AsUser), _host.Id) { Before = Piped });
        Assert.Equal("out\nproblem\n", string.Concat(outcome.Output.Split('\n').Order().Where(line => line.Length > 0).Select(line => line + "\n")));
    }

    [Fact]
    public async Task Who_is_added_and_is_not_root_opens_them()
    {
        await _host.RunDetachedAsync("sleep 1000");
        var outcome = await _host.RunAsync(new Call("exec", "--user", "1000:1000", _host.Id, "sh", "-c", Program) { Before = Piped });
        Assert.Equal("out\nproblem\n", string.Concat(outcome.Output.Split('\n').Order().Where(line => line.Length > 0).Select(line => line + "\n")));
    }

    /// <summary>Also the control: nothing but the owner decides.</summary>
    [Fact]
    public async Task A_file_of_the_caller_is_not_given_away()
    {
        var outcome = await _host.RunAsync("run", "--bundle", _host.Bundle(Program, AsUser), _host.Id);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("/dev/stdout: Permission denied", outcome.Error, StringComparison.Ordinal);
    }

    static void AsUser(JsonObject config) => config["process"]!["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
}
