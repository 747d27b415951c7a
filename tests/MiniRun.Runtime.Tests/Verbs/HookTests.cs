namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Hooks of all six kinds (config.md, "POSIX-platform Hooks"): when they run, where, and what they are told.</summary>
[Trait("Category", "Integration")]
public sealed class HookTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task They_run_in_order_through_the_life_of_a_container()
    {
        var bundle = new HookBundle(_host);
        await bundle.CreateAsync();
        Assert.Equal(["prestart", "createRuntime", "createContainer"], bundle.Order);
        var pid = await _host.PidAsync();
        await _host.OutputAsync("start", _host.Id);
        await Eventually.IsAsync(() => Task.FromResult(bundle.Order.Length == 6), "its program does not run");
        Assert.Equal(["prestart", "createRuntime", "createContainer", "startContainer"], bundle.Order[..4]);
        // The program and the hook that follows its start run side by side.
        Assert.Equal(["poststart", "program"], bundle.Order[4..].Order(StringComparer.Ordinal));
        await _host.OutputAsync("delete", "--force", _host.Id);
        Assert.Equal("poststop", bundle.Order[^1]);

        foreach (var (stage, status) in HookBundle.Stages.Zip(["creating", "creating", "creating", "created", "running", "stopped"]))
        {
            var state = bundle.StateAt(stage);
            Assert.Equal(("1.0.2", _host.Id, status), (state.GetProperty("ociVersion").GetString(), state.GetProperty("id").GetString(), state.GetProperty("status").GetString()));
            Assert.Equal((bundle.Path, "value"), (state.GetProperty("bundle").GetString(), state.GetProperty("annotations").GetProperty("key").GetString()));
            Assert.Equal(stage == "poststop" ? 0 : pid, state.TryGetProperty("pid", out var told) ? told.GetInt32() : 0);
            Assert.Equal($"PATH=/usr/bin:/bin\0STAGE={stage}\0EMPTY=\0", bundle.Read(stage, "env"));
            Assert.StartsWith($"{HookBundle.Name(stage)}\0-c\0", bundle.Read(stage, "words"), StringComparison.Ordinal);
        }
    }

    /// <summary>The specification says nothing of a hook without an environment; runc and crun give it their own.</summary>
    [Fact]
    public async Task Without_env_each_has_an_empty_environment()
    {
        var bundle = new HookBundle(_host);
        foreach (var stage in HookBundle.Stages)
        {
            bundle.Edit(stage, hooks => hooks[0]!.AsObject().Remove("env"));
            // Without a PATH a shell knows its own.
            bundle.Edit(stage, hooks => hooks[0]!["args"]![2] = "PATH=/bin; " + (string)hooks[0]!["args"]![2]!);
        }

        await _host.OutputAsync("run", "--detach", "--bundle", bundle.Path, _host.Id);
        await _host.OutputAsync("delete", "--force", _host.Id);
        Assert.All(HookBundle.Stages, stage => Assert.Equal("", bundle.Read(stage, "env")));
    }

    [Fact]
    public async Task With_run_they_are_the_same()
    {
        var bundle = new HookBundle(_host, "echo program >> /order");
        await _host.OutputAsync("run", "--bundle", bundle.Path, _host.Id);
        Assert.Equal(["prestart", "createRuntime", "createContainer", "startContainer"], bundle.Order[..4]);
        Assert.Equal(["poststart", "program"], bundle.Order[4..6].Order(StringComparer.Ordinal));
        Assert.Equal(["poststop"], bundle.Order[6..]);
    }

    [Fact]
    public async Task Each_runs_in_the_namespaces_that_it_is_for()
    {
        var bundle = new HookBundle(_host);
        await bundle.CreateAsync();
        await _host.OutputAsync("start", _host.Id);
        var pid = await _host.PidAsync();
        var (own, containers) = (Namespaces("self"), Namespaces($"{pid}"));
        await _host.OutputAsync("delete", "--force", _host.Id);
        foreach (var stage in HookBundle.Stages)
        {
            Assert.Equal(stage is "createContainer" or "startContainer" ? containers : own, bundle.Read(stage, "namespaces"));
        }
    }

    [Fact]
    public async Task Before_the_root_changes_the_hosts_paths_are_there_and_the_containers_mounts_below_the_root()
    {
        var bundle = new HookBundle(_host, extra: [
            ("createContainer", "grep -c CapEff $root/../config.json > /dev/null; ls / > $root/ls"), ("startContainer", "ls / > /ls-inside")]);
        await bundle.CreateAsync();
        Assert.Contains($" {bundle.Root}/proc ", bundle.Read("createContainer", "mounts"), StringComparison.Ordinal);
        Assert.DoesNotContain(bundle.Root, bundle.Read("createRuntime", "mounts"), StringComparison.Ordinal);
        Assert.Equal(Directory.GetFileSystemEntries("/").Select(Path.GetFileName).Where(name => name![0] != '.').Order(StringComparer.Ordinal), File.ReadAllLines($"{bundle.Root}/ls").Order(StringComparer.Ordinal));

        await _host.OutputAsync("start", _host.Id);
        Assert.DoesNotContain("home", File.ReadAllLines($"{bundle.Root}/ls-inside"));
        Assert.Contains(" /proc ", bundle.Read("startContainer", "mounts"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_they_run_the_container_is_being_created()
    {
        var asks = $"{RuntimeHost.Binary} --root {_host.Root}";
        var bundle = new HookBundle(_host, extra: [(
            "createRuntime",
            $"{asks} state {_host.Id} > $root/asked; for verb in start kill pause delete 'exec -d'; do {asks} $verb {_host.Id} true > /dev/null 2>> $root/refused; done; true")]);
        foreach (var verb in (string[][])[["create"], ["run", "--detach"]])
        {
            await _host.OutputAsync([.. verb, "--bundle", bundle.Path, _host.Id]);
            Assert.Contains("\"status\":\"creating\"", File.ReadAllText($"{bundle.Root}/asked"), StringComparison.Ordinal);
            Assert.Equal(verb[0] == "create" ? "created" : "running", await _host.StatusAsync());
            Assert.Equal(5, File.ReadAllLines($"{bundle.Root}/refused").Length);
            await _host.OutputAsync("delete", "--force", _host.Id);
            File.Delete($"{bundle.Root}/refused");
        }
    }

    [Fact]
    public async Task One_that_reads_nothing_and_writes_much_holds_nobody_up()
    {
        var bundle = new HookBundle(_host, extra: [("poststart", "seq 1 200000; seq 1 200000 >&2")]);
        bundle.Edit("prestart", hooks => hooks.Add(System.Text.Json.Nodes.JsonNode.Parse("""{"path":"/bin/true"}""")));
        // More state than any pipe holds.
        File.WriteAllText($"{bundle.Path}/config.json", File.ReadAllText($"{bundle.Path}/config.json").Replace("\"key\":\"value\"", $"\"key\":\"{new string('x', 2 << 20)}\"", StringComparison.Ordinal));
        await bundle.CreateAsync();
        Assert.Equal(2 << 20, bundle.StateAt("createRuntime").GetProperty("annotations").GetProperty("key").GetString()!.Length);
        Assert.Equal("", await _host.OutputAsync("start", _host.Id));
    }

    [Fact]
    public async Task Several_of_a_kind_run_in_their_order()
    {
        var bundle = new HookBundle(_host);
        bundle.Edit("createRuntime", hooks =>
        {
            foreach (var name in (string[])["second", "third"])
            {
                hooks.Add(System.Text.Json.Nodes.JsonNode.Parse($$"""{"path":"/bin/sh","args":["sh","-c","echo {{name}} >> {{bundle.Root}}/order"]}"""));
            }
        });
        await bundle.CreateAsync();
        Assert.Equal(["prestart", "createRuntime", "second", "third", "createContainer"], bundle.Order);
    }

    static string Namespaces(string pid) => string.Concat(((string[])["mnt", "pid", "net", "uts", "ipc"]).Select(name => new FileInfo($"/proc/{pid}/ns/{name}").LinkTarget + "\n"));
}
