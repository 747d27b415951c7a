using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Roots of more layers than one option of fsconfig(2) has room for. tests/vm/checks/layers.sh has the kernels before 6.8.</summary>
[Trait("Category", "Integration")]
public sealed class LayeredRootTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Layers_make_one_root(int count)
    {
        var output = await _host.OutputAsync("run", "--bundle", Bundle(count), _host.Id);
        Assert.Equal(string.Concat(Enumerable.Range(1, count).Select(i => $"{i:00}\n")), output);
        Assert.Equal("written\n", File.ReadAllText($"{_host["upper"]}/new"));
    }

    [Fact]
    public async Task A_layer_that_is_not_there_is_named()
    {
        var bundle = Bundle(20);
        Directory.Delete(Layer(7), recursive: true);
        Assert.Contains($"fsconfig(context, STRING, \"lowerdir+\", \"{Layer(7)}\"): ENOENT", await _host.RefusedAsync("run", "--bundle", bundle, _host.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_old_way_waits_behind_the_new_one()
    {
        var plan = await _host.OutputAsync("plan", "--bundle", Bundle(20));
        var lines = plan.Split('\n').Select(line => line.TrimStart()).ToList();
        var first = lines.Single(line => line.Contains("lowerdir+", StringComparison.Ordinal) && line.Contains("on EINVAL", StringComparison.Ordinal));
        var old = lines.Single(line => line.Contains("mount(\"overlay\", ", StringComparison.Ordinal));
        Assert.EndsWith($"; on EINVAL go to {old.Split(' ')[0]}", first, StringComparison.Ordinal);
        Assert.Contains(lines, line => line.EndsWith($"fsconfig(context, CREATE, null, null)  ; on EINVAL go to {old.Split(' ')[0]}", StringComparison.Ordinal));
        var close = lines[lines.IndexOf(old) - 1];
        Assert.Matches(@"close\(context\)  ; then go to \d+$", close);
    }

    string Layer(int number) => $"{_host["layers"]}/{new string('x', 64)}-{number:00}";

    string Bundle(int count)
    {
        var lower = new List<string>();
        for (var i = 1; i <= count; i++)
        {
            Directory.CreateDirectory(Layer(i));
            File.WriteAllText($"{Layer(i)}/layer-{i:00}", $"{i:00}\n");
            lower.Add(Layer(i));
        }

        Directory.CreateDirectory(_host["upper"]);
        Directory.CreateDirectory(_host["work"]);
        Directory.CreateDirectory(_host["mountpoint"]);
        var bundle = _host.Bundle("cat /layer-*; echo written >/new");
        var config = JsonNode.Parse(File.ReadAllText($"{bundle}/config.json"))!.AsObject();
        config["mounts"]!.AsArray().Insert(0, new JsonObject
        {
            ["destination"] = "/",
            ["type"] = "overlay",
            ["source"] = "overlay",
            ["options"] = new JsonArray($"lowerdir={string.Join(':', lower)}:{bundle}/rootfs", $"upperdir={_host["upper"]}", $"workdir={_host["work"]}"),
        });
        config["root"]!["path"] = _host["mountpoint"];
        File.WriteAllText($"{bundle}/config.json", config.ToJsonString());
        return bundle;
    }
}
