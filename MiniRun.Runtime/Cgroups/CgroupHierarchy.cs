namespace MiniRun.Runtime.Cgroups;

/// <summary>One mounted cgroup hierarchy.</summary>
/// <param name="Path">Where it is mounted.</param>
/// <param name="Controllers">What it controls: <c>memory</c>, <c>cpu</c>, ...; empty for a named v1 hierarchy.</param>
/// <param name="Name">The name of a v1 hierarchy without controllers, such as <c>systemd</c>.</param>
/// <param name="IsUnified">Whether it is cgroup v2.</param>
sealed record CgroupHierarchy(string Path, IReadOnlyList<string> Controllers, string? Name, bool IsUnified)
{
    /// <summary>The folder that this hierarchy has below /sys/fs/cgroup: "memory", "cpu,cpuacct", "systemd", "unified".</summary>
    public string Folder => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Whether it is only known that it exists, and the place is the usual one.</summary>
    public bool IsAssumed { get; init; }

    public bool Has(string controller)
    {
        if (Controllers is string[] array)
        {
            return Array.IndexOf(array, controller) >= 0;
        }

        for (var i = 0; i < Controllers.Count; i++)
        {
            if (Controllers[i] == controller)
            {
                return true;
            }
        }

        return false;
    }
}
