using System.Diagnostics;
using MiniRun.Runtime.Tests.Sandbox;
using System.Globalization;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>SIGKILL to <c>create</c> and <c>run</c> at any moment: at most a folder is left, which <c>delete --force</c> removes.</summary>
[Trait("Category", "Integration")]
public sealed class KilledCreateTests : IAsyncLifetime
{
    static readonly int Rounds = Math.Max(20, (int)(1000 * double.Parse(Environment.GetEnvironmentVariable("MINIRUN_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture)));

    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("create")]
    [InlineData("run")]
    public async Task Whenever_it_is_killed_nothing_stays_that_cannot_be_removed(string verb)
    {
        var bundle = _host.Bundle("sleep 1000", config => config["hooks"] = System.Text.Json.Nodes.JsonNode.Parse("""{"createRuntime":[{"path":"/bin/true"}]}"""));
        var whole = Stopwatch.StartNew();
        await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
        var length = whole.Elapsed.TotalMilliseconds;
        await _host.OutputAsync("delete", "--force", _host.Id);

        var found = new Dictionary<string, int>();
        for (var round = 0; round < Rounds; round++)
        {
            using var call = _host.Start(verb, "--bundle", bundle, _host.Id);
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * length * 1.5), TestContext.Current.CancellationToken);
            // It may have ended at this moment.
            _ = NativeRuntime.kill(call.Pid, 9);
            await call.EndAsync();
            var status = Directory.Exists(_host.StateOf(_host.Id)) ? await _host.StatusAsync() : "nothing";
            found[status] = found.GetValueOrDefault(status) + 1;
            Assert.Contains(status, (string[])["nothing", "creating", "created", "running", "stopped"]);
            Assert.Equal("", await _host.OutputAsync("delete", "--force", _host.Id));
            Assert.False(Directory.Exists(_host.StateOf(_host.Id)));
            await Eventually.IsAsync(() => Task.FromResult(_host.Traces().Count == 0), () => $"found {status}, left behind: {string.Join(", ", _host.Traces())}");
        }

        TestContext.Current.SendDiagnosticMessage(string.Join(", ", found));
    }

    [Fact]
    public async Task A_hook_that_hangs_dies_with_nobody_but_its_container_does()
    {
        var bundle = new HookBundle(_host, extra: [("createRuntime", "while [ ! -e $root/go ]; do sleep 0.05; done")]);
        using var create = _host.Start("create", "--bundle", bundle.Path, _host.Id);
        await Eventually.IsAsync(() => Task.FromResult(bundle.Order.Contains("createRuntime")), "the hook does not run");
        create.Kill();
        await create.EndAsync();
        await _host.UntilAsync("stopped");
        await _host.OutputAsync("delete", "--force", _host.Id);
        Assert.Equal("poststop", bundle.Order[^1]);
        File.WriteAllText($"{bundle.Root}/go", "");
    }
}
