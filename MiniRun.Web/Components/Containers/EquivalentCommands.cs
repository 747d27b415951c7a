using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>What a form does, as a sentence and as the commands that do the same.</summary>
static class EquivalentCommands
{
    // The text goes into a shell and is shown as text: escaping "&" for HTML would only make it unreadable.
    static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Sentence(ContainerDraft draft)
    {
        var command = draft.Command.Trim() is { Length: > 0 } text ? text : "the image's own command";
        var name = draft.Name.Trim() is { Length: > 0 } given ? given : "a container with a name of its own";
        var network = draft.Network is NetworkMode.Host ? "on the host's network, unprotected" : "without a network";
        var terminal = draft.Terminal ? "a terminal" : "no terminal";
        return $"Makes {name} from the image {draft.Image}. It runs {command} with at most {Or(draft.Limits.Memory, "512m")} of memory, "
            + $"{Or(draft.Limits.Cpus, "0.5")} CPU and {Or(draft.Limits.Pids, "2048")} processes, {network}, with {terminal}.";
    }

    public static string Curl(ContainerDraft draft)
    {
        var body = new JsonObject();
        Put(body, "name", draft.Name.Trim());
        Put(body, "image", draft.Image);
        Put(body, "command", draft.Command.Trim());
        Put(body, "memory", draft.Limits.Memory.Trim());
        Put(body, "cpus", draft.Limits.Cpus.Trim());
        if (int.TryParse(draft.Limits.Pids, out var pids))
        {
            body["pids"] = pids;
        }

        if (draft.Variables.Count > 0)
        {
            body["environment"] = new JsonArray([.. draft.Variables.Select(v => (JsonNode)v)]);
        }

        Put(body, "network", draft.Network is NetworkMode.Host ? "host" : "");
        if (draft.Terminal)
        {
            body["terminal"] = true;
        }

        return $"curl --unix-socket /run/minirun/minirun.sock http://localhost/containers \\\n"
            + $"  --json {ShellWord.Quote(body.ToJsonString(Readable))}";
    }

    public static string MiniRun(ContainerDraft draft)
    {
        var words = new StringBuilder("minirun create");
        Option(words, "--image", draft.Image is "base" ? "" : draft.Image);
        Option(words, "--memory", draft.Limits.Memory.Trim());
        Option(words, "--cpus", draft.Limits.Cpus.Trim());
        Option(words, "--pids", draft.Limits.Pids.Trim());
        foreach (var variable in draft.Variables)
        {
            Option(words, "--env", variable);
        }

        Option(words, "--network", draft.Network is NetworkMode.Host ? "host" : "");
        words.Append(draft.Terminal ? " --terminal" : " --no-terminal");
        // The command line has no names to give away: one must be put in.
        words.Append(' ').Append(draft.Name.Trim() is { Length: > 0 } name ? ShellWord.Quote(name) : "NAME");
        if (Words(draft.Command.Trim()) is { Length: > 0 } command)
        {
            words.Append(" -- ").Append(command);
        }

        return words.ToString();
    }

    /// <summary>The words as the engine would split the line; while it is being typed that may not be possible yet.</summary>
    static string Words(string line)
    {
        try
        {
            return line.Length == 0 ? "" : ContainerText.Command(Command.FromString(line).Words);
        }
        catch (EngineException)
        {
            return ShellWord.Quote(line);
        }
    }

    static string Or(string text, string otherwise) => text.Trim() is { Length: > 0 } given ? given : otherwise;

    static void Put(JsonObject body, string name, string value)
    {
        if (value.Length > 0)
        {
            body[name] = value;
        }
    }

    static void Option(StringBuilder words, string option, string value)
    {
        if (value.Length > 0)
        {
            words.Append(' ').Append(option).Append(' ').Append(ShellWord.Quote(value));
        }
    }
}
