using System.Text.Json;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>What stands before the verb, as each caller writes it, and where errors go.</summary>
[Trait("Category", "Integration")]
public sealed class GlobalOptionTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>podman, conmon and containerd, CRI-O, people.</summary>
    [Theory]
    [InlineData("--root ROOT --log LOG --log-format json")]
    [InlineData("--log LOG --log-format json --root ROOT")]
    [InlineData("--log-format=json --log=LOG --root=ROOT")]
    [InlineData("--cgroup-manager=cgroupfs --root ROOT --log LOG --log-format json")]
    [InlineData("--cgroup-manager disabled --root ROOT --log LOG --log-format=json")]
    [InlineData("--debug --log LOG --log-format json --root ROOT")]
    [InlineData("--log-level debug --root ROOT --log-format json --log LOG")]
    [InlineData("--rootless auto --criu /usr/sbin/criu --root ROOT --log-format json --log LOG")]
    public async Task Global_options_stand_in_any_order(string written)
    {
        var global = written.Replace("ROOT", _host.Root, StringComparison.Ordinal).Replace("LOG", _host["log"], StringComparison.Ordinal).Split(' ');
        var created = await _host.RunAsync(new Call("create", "--bundle", _host.Bundle("true"), "--pid-file", _host["pid"], _host.Id) { Global = global });
        Assert.Equal((0, "", ""), (created.ExitCode, created.Output, created.Error));
        Assert.Equal("created", await _host.StatusAsync());
        Assert.Equal(1, (await _host.RunAsync(new Call("state", "not-there") { Global = global })).ExitCode);
        Assert.Equal("container \"not-there\" does not exist", Entries().Single().GetProperty("msg").GetString());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("create", "--help")]
    [InlineData("exec", "-h")]
    public async Task Help_can_be_asked_for_before_and_after_a_verb(params string[] words)
    {
        var outcome = await _host.RunAsync(new Call(words) { Global = [] });
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("usage: minirun-runtime ", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nonsense", "--nonsense: unknown option; known are ")]
    [InlineData("--root", "--root: needs a value")]
    [InlineData("--log-format=xml", "--log-format: \"xml\" is unknown; use text or json")]
    [InlineData("--cgroup-manager=magic", "--cgroup-manager: \"magic\" is unknown; use cgroupfs, systemd or disabled")]
    [InlineData("--debug=maybe", "--debug: is a flag and takes no value \"maybe\"")]
    [InlineData("nonsense", "nonsense: is no verb; --help lists them")]
    [InlineData("checkpoint", "checkpoint: is no verb; --help lists them")]
    [InlineData("restore", "restore: is no verb; --help lists them")]
    public async Task What_is_unknown_is_refused_with_a_sentence(string word, string sentence) =>
        Assert.StartsWith(sentence, await _host.RefusedAsync(new Call(word) { Global = [] }), StringComparison.Ordinal);

    [Theory]
    [InlineData("create")]
    [InlineData("start")]
    [InlineData("run")]
    [InlineData("kill")]
    [InlineData("delete")]
    [InlineData("state")]
    [InlineData("list")]
    [InlineData("ps")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("update")]
    [InlineData("events")]
    [InlineData("spec")]
    [InlineData("plan")]
    public async Task Every_verb_refuses_an_option_that_it_does_not_know(string verb) =>
        Assert.StartsWith("--nonsense: unknown option", await _host.RefusedAsync(verb, "--nonsense", "x"), StringComparison.Ordinal);

    [Theory]
    [InlineData("create")]
    [InlineData("start")]
    [InlineData("delete")]
    [InlineData("state")]
    [InlineData("pause")]
    [InlineData("update")]
    public async Task A_verb_for_one_container_wants_one(string verb)
    {
        Assert.Equal("ID: is missing", await _host.RefusedAsync(verb));
        Assert.Equal("b: is one word too many", await _host.RefusedAsync(verb, "a", "b"));
    }

    [Fact]
    public async Task The_log_is_one_json_object_a_line()
    {
        string[] global = ["--root", _host.Root, "--log", _host["log"], "--log-format", "json"];
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        foreach (var id in (string[])["a\"b", "a\nb", "a\u001b[31mb", "ä\\"])
        {
            Assert.StartsWith("invalid container ID", await _host.RefusedAsync(new Call("state", id) { Global = global }), StringComparison.Ordinal);
        }

        var entries = Entries();
        Assert.Equal(4, entries.Count);
        Assert.All(entries, entry =>
        {
            Assert.Equal(["level", "msg", "time"], entry.EnumerateObject().Select(member => member.Name));
            Assert.Equal("error", entry.GetProperty("level").GetString());
            Assert.InRange(entry.GetProperty("time").GetDateTimeOffset(), before, TimeProvider.System.GetUtcNow());
            Assert.DoesNotContain(entry.GetProperty("msg").GetString()!, char.IsControl);
        });
        Assert.Contains("\"a\"b\"", entries[0].GetProperty("msg").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_text_it_is_a_line_as_well()
    {
        await _host.RefusedAsync(new Call("state", "not-there") { Global = ["--root", _host.Root, "--log", _host["log"]] });
        Assert.Matches("\\Atime=\"[^\"]*Z\" level=error msg=\"container \\\\\"not-there\\\\\" does not exist\"\\n\\z", File.ReadAllText(_host["log"]));
    }

    [Fact]
    public async Task Warnings_go_to_the_log_and_do_not_stop_anything()
    {
        var bundle = _host.Bundle("true", config => config["process"]!["capabilities"]!["bounding"]!.AsArray().Add("CAP_FLY"));
        var outcome = await _host.RunAsync(new Call("run", "--bundle", bundle, _host.Id) { Global = ["--root", _host.Root, "--log", _host["log"], "--log-format=json"] });
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains(Entries(), entry => entry.GetProperty("level").GetString() == "warning" && entry.GetProperty("msg").GetString()!.Contains("CAP_FLY", StringComparison.Ordinal));
        Assert.Contains("CAP_FLY", (await _host.RunAsync("run", "--bundle", bundle, _host.Id)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_does_not_hide_the_error()
    {
        var outcome = await _host.RunAsync(new Call("state", "not-there") { Global = ["--log", "/not/there/log"] });
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(2, outcome.Error.TrimEnd('\n').Split('\n').Length);
        Assert.Contains("--log: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("does not exist", outcome.Error, StringComparison.Ordinal);
    }

    List<JsonElement> Entries() => [.. File.ReadAllLines(_host["log"]).Select(line => JsonDocument.Parse(line).RootElement)];
}
