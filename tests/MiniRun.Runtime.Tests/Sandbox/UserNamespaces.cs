using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>User namespaces for the containers of tests.</summary>
static class UserNamespaces
{
    /// <summary>The host's id of the container's root.</summary>
    public const int First = 100000;

    /// <summary>Gives a container one of its own, and its root folder to that one's root.</summary>
    public static MountHost Add(MountHost host)
    {
        host.Renew("user");
        host.Linux["uidMappings"] = Mapping();
        host.Linux["gidMappings"] = Mapping();
        Own(host);
        return host;
    }

    /// <summary>Lets a container join one, and gives its root folder to that one's root.</summary>
    public static MountHost Join(MountHost host, NamespaceHolder holder)
    {
        host.Join("user", holder["user"]);
        Own(host);
        return host;
    }

    static void Own(MountHost host)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(host.Rootfs, "*", SearchOption.AllDirectories).Append(host.Rootfs))
        {
            Assert.Equal(0, NativeRuntime.lchown(path, First, First));
        }
    }

    static JsonArray Mapping() => new(new JsonObject { ["containerID"] = 0, ["hostID"] = First, ["size"] = 65536 });
}
