namespace MiniRun.Runtime.Spec;

/// <summary>Names of kernel parameters (sysctl(8)), and which of them belong to a namespace: all others are the host's.</summary>
static class SysctlName
{
    public const string HostName = "kernel.hostname";

    public const string DomainName = "kernel.domainname";

    static readonly string[] SystemV =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
        "kernel.shm_rmid_forced",
    ];

    /// <summary>The one way to write a name: its parts between dots, a slash for each dot in a part, as in
    /// <c>net.ipv4.conf.eth0/100.forwarding</c>. Written between slashes, as is a path, it may have come with dots in its parts.</summary>
    public static string Normalize(string name) =>
        name.IndexOfAny(['.', '/']) is var first && first >= 0 && name[first] == '/' ? Swap(name) : name;

    /// <summary>The path below /proc/sys of a normalized name.</summary>
    public static string Path(string name) => Swap(name);

    /// <summary>The namespace that a normalized name belongs to: ipc, network or uts; null for a parameter of the host, and
    /// for what is no name.</summary>
    public static string? Namespace(string name)
    {
        if (!HasOnlyNames(Path(name)))
        {
            return null;
        }

        return name is HostName or DomainName ? "uts"
            : name.StartsWith("net.", StringComparison.Ordinal) ? "network"
            : name.StartsWith("fs.mqueue.", StringComparison.Ordinal) || Array.IndexOf(SystemV, name) >= 0 ? "ipc"
            : null;
    }

    /// <summary>A path that leads nowhere but down.</summary>
    static bool HasOnlyNames(ReadOnlySpan<char> path)
    {
        foreach (var part in path.Split('/'))
        {
            if (path[part] is [] or ['.'] or ['.', '.'])
            {
                return false;
            }
        }

        return true;
    }

    static string Swap(string name) => string.Create(name.Length, name, static (swapped, name) =>
    {
        for (var i = 0; i < name.Length; i++)
        {
            swapped[i] = name[i] switch { '.' => '/', '/' => '.', var c => c };
        }
    });
}
