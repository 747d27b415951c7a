using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Writes the id maps of a new user namespace (user_namespaces(7)).</summary>
static partial class UserMappings
{
    /// <exception cref="SpecException">The container's root is not mapped: nobody could make its mounts.</exception>
    public static void Write(int pid, LinuxSpec linux)
    {
        Write(pid, "uid_map", linux.UidMappings, "$.linux.uidMappings");
        Write(pid, "gid_map", linux.GidMappings, "$.linux.gidMappings");
    }

    /// <summary>The host's id behind an id of the container; null when there is none.</summary>
    public static uint? ToHost(IReadOnlyList<IdMapping> mappings, uint id)
    {
        foreach (var mapping in mappings)
        {
            if (id >= mapping.ContainerId && id - mapping.ContainerId < mapping.Size)
            {
                return mapping.HostId + (id - mapping.ContainerId);
            }
        }

        return null;
    }

    static void Write(int pid, string map, IReadOnlyList<IdMapping> mappings, string field)
    {
        if (ToHost(mappings, 0) is null)
        {
            throw new SpecException(field, "must map the container's id 0: its root makes the mounts");
        }

        WriteMap(pid, map, mappings);
    }

    /// <param name="map">uid_map or gid_map.</param>
    public static void WriteMap(int pid, string map, IReadOnlyList<IdMapping> mappings)
    {
        var lines = new StringBuilder();
        foreach (var mapping in mappings)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{mapping.ContainerId} {mapping.HostId} {mapping.Size}\n");
        }

        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{map}");
        using var file = Files.OpenPath(path, Open.WriteOnly);
        Files.Write(file, Encoding.ASCII.GetBytes(lines.ToString()), path);
    }
}
