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

    public bool Has(string controller)
    {
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
