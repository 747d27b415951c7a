using System.Text;
using System.Text.Json;
using MiniRun.Runtime.Tests.Spec;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Broken and hostile configurations, as a caller sees them refused: one line that names the field, exit code 1, the same in
/// the log, and nothing left.</summary>
[Trait("Category", "Integration")]
public sealed class HostileBundleTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();
    string _bundle = "";
    JsonText _config = new("{}");

    public ValueTask InitializeAsync()
    {
        _bundle = _host.Bundle("");
        Directory.CreateDirectory(_bundle + "/data");
        _config = new JsonText(StartableConfig.Text(_bundle));
        return default;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("$.ociVersion", "\"2.0.0\"", "$.ociVersion")]
    [InlineData("$.ociVersion", "1", "$.ociVersion")]
    [InlineData("$.process", "[]", "$.process")]
    [InlineData("$.process.args", "[]", "$.process.args")]
    [InlineData("$.process.args", "[\"a\", 7]", "$.process.args[1]")]
    [InlineData("$.process.args", "[\"a\\u0000b\"]", "$.process.args[0]")]
    [InlineData("$.process.args", "[\"a\\ud800b\"]", "$.process.args[0]")]
    [InlineData("$.process.env", "[\"A\"]", "$.process.env[0]")]
    [InlineData("$.process.env", "[\"A=\\udc00\"]", "$.process.env[0]")]
    [InlineData("$.process.cwd", "\"relative\"", "$.process.cwd")]
    [InlineData("$.process.user.uid", "-1", "$.process.user.uid")]
    [InlineData("$.process.user.uid", "4294967296", "$.process.user.uid")]
    [InlineData("$.process.user.uid", "0.5", "$.process.user.uid")]
    [InlineData("$.process.rlimits[0].type", "\"RLIMIT_SOULS\"", "$.process.rlimits[0].type")]
    [InlineData("$.process.oomScoreAdj", "1001", "$.process.oomScoreAdj")]
    [InlineData("$.hostname", "\"a\\u0000\"", "$.hostname")]
    [InlineData("$.mounts[0].destination", "\"/a\\u0000\"", "$.mounts[0].destination")]
    [InlineData("$.mounts[1].options[0]", "{}", "$.mounts[1].options[0]")]
    [InlineData("$.linux.namespaces[0].type", "\"soul\"", "$.linux.namespaces[0].type")]
    [InlineData("$.linux.namespaces[1].type", "\"pid\"", "$.linux.namespaces[1]")]
    [InlineData("$.linux.resources.memory.limit", "\"much\"", "$.linux.resources.memory.limit")]
    [InlineData("$.linux.resources.pids.limit", "9223372036854775808", "$.linux.resources.pids.limit")]
    [InlineData("$.linux.devices[0].major", "4096", "$.linux.devices[0].major")]
    [InlineData("$.linux.seccomp.defaultAction", "\"SCMP_ACT_PRAY\"", "$.linux.seccomp.defaultAction")]
    [InlineData("$.linux.rootfsPropagation", "\"public\"", "$.linux.rootfsPropagation")]
    public Task A_value_that_cannot_be_is_named(string path, string value, string named) => RefusedAsync(_config.With(path, value), named);

    [Theory]
    [InlineData("$.ociVersion")]
    [InlineData("$.root")]
    [InlineData("$.root.path")]
    [InlineData("$.process.cwd")]
    [InlineData("$.process.args")]
    [InlineData("$.mounts[0].destination")]
    [InlineData("$.linux.namespaces[0].type")]
    [InlineData("$.linux.devices[0].type")]
    [InlineData("$.linux.seccomp.defaultAction")]
    public Task A_value_that_must_be_there_is_named(string path) => RefusedAsync(_config.Without(path), path);

    [Theory]
    [InlineData("$.hostname")]
    [InlineData("$.process.args")]
    [InlineData("$.linux.resources.memory.limit")]
    [InlineData("$.annotations.empty")]
    public Task A_name_that_is_there_twice_is_named(string path) => RefusedAsync(_config.Twice(_config.At(path)), path);

    [Fact]
    public Task Ten_thousand_mounts() => RefusedAsync(
        _config.With("$.mounts", $"[{string.Join(',', Enumerable.Repeat("""{"destination":"/tmp","type":"tmpfs","source":"tmpfs"}""", 10_000))}]"), "$.mounts[1000]");

    [Fact]
    public Task Ten_mebibytes() => RefusedAsync([.. _config.Bytes, .. Enumerable.Repeat((byte)' ', 10 << 20)], "$");

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public Task A_hundred_thousand_levels(string open, string close) => RefusedAsync(
        _config.Plus("$", $"\"unknown\":{string.Concat(Enumerable.Repeat(open, 100_000))}1{string.Concat(Enumerable.Repeat(close, 100_000))}"), "$.unknown");

    [Fact]
    public async Task What_is_no_json_at_all()
    {
        foreach (var document in (byte[][])[[], [0], [0xEF, 0xBB, 0xBF], [.. "null"u8], [.. "[]"u8], [.. "{"u8], [.. "{}{}"u8], [0xFF, 0xFE], _config.Bytes[..^2]])
        {
            await RefusedAsync(document, "$");
        }
    }

    [Fact]
    public Task Bytes_that_are_no_text()
    {
        var document = _config.Bytes;
        document[_config.At("$.hostname").ValueStart + 1] = 0xFF;
        return RefusedAsync(document, "$.hostname");
    }

    /// <summary>The control: undamaged it is a container.</summary>
    [Fact]
    public async Task The_configuration_that_is_damaged_here_works()
    {
        File.WriteAllBytes(_bundle + "/config.json", _config.Bytes);
        Assert.Equal("", await _host.OutputAsync("create", "--bundle", _bundle, _host.Id));
    }

    async Task RefusedAsync(byte[] document, string path)
    {
        File.WriteAllBytes(_bundle + "/config.json", document);
        File.Delete(_host["log"]);
        var outcome = await _host.RunAsync(new Call("create", "--bundle", _bundle, _host.Id) { Global = ["--root", _host.Root, "--log", _host["log"], "--log-format", "json"] });
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        var line = Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith($"minirun-runtime: {path}", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 1, 500);
        using var entry = JsonDocument.Parse(Assert.Single(File.ReadAllLines(_host["log"])));
        Assert.Equal(("error", line), (entry.RootElement.GetProperty("level").GetString(), "minirun-runtime: " + entry.RootElement.GetProperty("msg").GetString()));
        Assert.False(Directory.Exists(_host.StateOf(_host.Id)));
        Assert.Empty(_host.Traces());
    }
}
