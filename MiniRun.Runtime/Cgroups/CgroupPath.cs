namespace MiniRun.Runtime.Cgroups;

/// <summary>A cgroup's place below the roots of the hierarchies.</summary>
static class CgroupPath
{
    const string Field = "$.linux.cgroupsPath";

    /// <summary>The path without slashes that mean nothing.</summary>
    /// <param name="field">Where it was given.</param>
    /// <exception cref="CgroupException">It names a hierarchy's root, whose processes are the whole host, or leads out of it.</exception>
    public static string Normalize(string path, string field = Field)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            throw new CgroupException(field, "names the root, which is the whole host's; name a cgroup below it, such as \"/minirun/ID\"");
        }

        foreach (var part in parts)
        {
            if (part is "." or ".." || part.AsSpan().ContainsAny('\0', '\n'))
            {
                throw new CgroupException(field, "must not contain \".\", \"..\", a line break or NUL");
            }
        }

        return string.Join('/', parts);
    }
}
