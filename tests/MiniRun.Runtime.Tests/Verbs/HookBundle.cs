using System.Text.Json;
using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>A bundle whose hooks write down in its root that they ran, where, and with what.</summary>
sealed class HookBundle
{
    public static readonly string[] Stages = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    readonly RuntimeHost _host;

    /// <param name="extra">Shell text that each hook of a stage runs, by the stage; $root is the container's root.</param>
    /// <param name="program">What the container runs.</param>
    public HookBundle(RuntimeHost host, string program = "echo program >> /order; sleep 1000", params (string Stage, string Script)[] extra)
    {
        _host = host;
        Path = host.Bundle(program, config =>
        {
            config["annotations"] = new JsonObject { ["key"] = "value" };
            config["hooks"] = new JsonObject(Stages.Select(stage => KeyValuePair.Create<string, JsonNode?>(stage, new JsonArray(Hook(stage, extra.FirstOrDefault(e => e.Stage == stage).Script ?? "")))));
        });
        // The hooks find the root by their arguments, as the bundle's path is known only now.
        File.WriteAllText($"{Path}/config.json", File.ReadAllText($"{Path}/config.json").Replace("@root@", Root, StringComparison.Ordinal));
    }

    public string Path { get; }

    public string Root => $"{Path}/rootfs";

    /// <summary>Who ran, in that order.</summary>
    public string[] Order => File.Exists($"{Root}/order") ? File.ReadAllLines($"{Root}/order") : [];

    public string Read(string stage, string what) => File.ReadAllText($"{Root}/{stage}.{what}");

    public JsonElement StateAt(string stage) => JsonDocument.Parse(Read(stage, "state")).RootElement;

    /// <summary>Changes the hooks of a stage.</summary>
    public void Edit(string stage, Action<JsonArray> edit)
    {
        var config = JsonNode.Parse(File.ReadAllText($"{Path}/config.json"))!;
        edit(config["hooks"]![stage]!.AsArray());
        File.WriteAllText($"{Path}/config.json", config.ToJsonString());
    }

    public Task<string> CreateAsync() => _host.OutputAsync("create", "--bundle", Path, _host.Id);

    /// <summary>argv[0], by which busybox knows what it shall be.</summary>
    public static string Name(string stage) => stage == "startContainer" ? "sh" : "name-of-" + stage;

    static JsonObject Hook(string stage, string extra) => new()
    {
        ["path"] = "/bin/sh",
        ["args"] = new JsonArray(
            Name(stage), "-c",
            // Its pid as the proc has it that it sees: createContainer is in the container's pid namespace, with the host's /proc.
            $"root=$1; echo {stage} >> $root/order; cat > $root/{stage}.state; read -r pid rest < /proc/self/stat; "
            + $"cat /proc/$pid/environ > $root/{stage}.env; cat /proc/$pid/cmdline > $root/{stage}.words; "
            + $"for n in mnt pid net uts ipc; do readlink /proc/self/ns/$n; done > $root/{stage}.namespaces; cat /proc/self/mountinfo > $root/{stage}.mounts; {extra}",
            "sh", stage == "startContainer" ? "/" : "@root@"),
        ["env"] = new JsonArray("PATH=/usr/bin:/bin", $"STAGE={stage}", "EMPTY="),
    };
}
