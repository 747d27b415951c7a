using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Changes of the namespaces in a configuration.</summary>
static class NamespaceEditing
{
    public static MountHost LeaveOut(this MountHost host, string type)
    {
        if (Find(host, type) is { } found)
        {
            Namespaces(host).Remove(found);
        }

        return host;
    }

    /// <summary>Makes a new one, instead of one that was to be joined or left out.</summary>
    public static MountHost Renew(this MountHost host, string type)
    {
        Ensure(host, type).Remove("path");
        return host;
    }

    public static MountHost Join(this MountHost host, string type, string path)
    {
        Ensure(host, type)["path"] = path;
        return host;
    }

    static JsonObject Ensure(MountHost host, string type)
    {
        if (Find(host, type) is { } found)
        {
            return found;
        }

        var added = new JsonObject { ["type"] = type };
        Namespaces(host).Add((JsonNode)added);
        return added;
    }

    static JsonObject? Find(MountHost host, string type) => (JsonObject?)Namespaces(host).FirstOrDefault(wanted => (string)wanted!["type"]! == type);

    static JsonArray Namespaces(MountHost host) => host.Linux["namespaces"]!.AsArray();
}
