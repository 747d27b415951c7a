namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>Where systemd keeps a container: a scope in a slice.</summary>
/// <param name="Slice">Such as "machine.slice".</param>
/// <param name="Scope">Such as "minirun-ID.scope".</param>
sealed record SystemdPlace(string Slice, string Scope)
{
    const string Field = "$.linux.cgroupsPath";
    const string SliceSuffix = ".slice";
    const string DefaultSlice = "system.slice";
    const string DefaultPrefix = "minirun";

    const int LongestUnit = 255;

    /// <summary>The root's name.</summary>
    const string RootSlice = "-.slice";

    /// <summary>Below each hierarchy's root: each dash in a slice's name is a level ("a-b.slice" lies in "a.slice").</summary>
    public string Path
    {
        get
        {
            var path = "";
            if (Slice != RootSlice)
            {
                for (var dash = Slice.IndexOf('-', StringComparison.Ordinal); dash > 0; dash = Slice.IndexOf('-', dash + 1))
                {
                    path += Slice[..dash] + SliceSuffix + "/";
                }

                path += Slice + "/";
            }

            return path + Scope;
        }
    }

    /// <summary>Reads "slice:prefix:name".</summary>
    /// <param name="cgroupsPath">Null or empty for the usual place.</param>
    /// <param name="id">The container's, for what is left out.</param>
    /// <exception cref="CgroupException">It has another form.</exception>
    public static SystemdPlace Parse(string? cgroupsPath, string id)
    {
        if (string.IsNullOrEmpty(cgroupsPath))
        {
            return new SystemdPlace(DefaultSlice, ScopeOf(DefaultPrefix, id));
        }

        if (cgroupsPath.Split(':') is not [var slice, var prefix, var name] || prefix.Contains('/', StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal))
        {
            throw new CgroupException(Field, $"\"{cgroupsPath}\" must have the form \"slice:prefix:name\" with --systemd-cgroup, such as \"machine.slice:minirun:{id}\"");
        }

        return new SystemdPlace(slice.Length == 0 ? DefaultSlice : Checked(slice), ScopeOf(prefix, name.Length == 0 ? id : name));
    }

    /// <summary>The place of a cgroup that systemd made.</summary>
    /// <param name="path">Below each hierarchy's root.</param>
    public static SystemdPlace At(string path)
    {
        var parts = path.Split('/');
        return new SystemdPlace(parts.Length > 1 ? parts[^2] : RootSlice, parts[^1]);
    }

    static string ScopeOf(string prefix, string name) => RequireUnitName($"{(prefix.Length == 0 ? "" : prefix + "-")}{name}.scope");

    /// <summary>As systemd.unit(5) has it.</summary>
    static string RequireUnitName(string unit)
    {
        foreach (var letter in unit)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not (':' or '-' or '_' or '.' or '\\' or '@'))
            {
                throw new CgroupException(Field, $"\"{unit}\" must be the name of a unit of systemd: letters, digits and : - _ . \\ @ alone; name another as \"slice:prefix:name\"");
            }
        }

        return unit.Length <= LongestUnit ? unit
            : throw new CgroupException(Field, $"\"{unit}\" has {unit.Length} letters, and the name of a unit of systemd at most {LongestUnit}; name another as \"slice:prefix:name\"");
    }

    static string Checked(string slice)
    {
        var name = slice.EndsWith(SliceSuffix, StringComparison.Ordinal) ? slice[..^SliceSuffix.Length] : "";
        var isGood = name == "-" || (name.Length > 0 && !name.StartsWith('-') && !name.EndsWith('-') && !name.Contains("--", StringComparison.Ordinal) && !name.Contains('/', StringComparison.Ordinal));
        return isGood ? RequireUnitName(slice) : throw new CgroupException(Field, $"\"{slice}\" must be the name of a slice, such as \"machine.slice\" or \"machine-web.slice\"");
    }
}
