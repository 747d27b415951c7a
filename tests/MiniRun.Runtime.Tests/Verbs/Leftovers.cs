namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>What containers can leave on a machine: cgroups, processes, mounts.</summary>
static class Leftovers
{
    /// <param name="id">Part of the names of all containers in question.</param>
    /// <param name="folders">Where nothing may be mounted.</param>
    public static List<string> Of(string id, IReadOnlyList<string> folders) => [.. Cgroups(id), .. Processes(id, folders), .. Mounts(folders)];

    static IEnumerable<string> Cgroups(string id)
    {
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var (words, type) = (line.Split(' '), line[(line.IndexOf(" - ", StringComparison.Ordinal) + 3)..]);
            if (type.StartsWith("cgroup", StringComparison.Ordinal) && Directory.Exists($"{words[4]}/minirun"))
            {
                foreach (var cgroup in Directory.GetDirectories($"{words[4]}/minirun", $"*{id}*"))
                {
                    yield return cgroup;
                }
            }
        }
    }

    /// <summary>Those in its cgroups, and those that were started with its name or one of the folders.</summary>
    static IEnumerable<string> Processes(string id, IReadOnlyList<string> folders)
    {
        foreach (var process in Directory.GetDirectories("/proc").Where(p => char.IsAsciiDigit(p[6])))
        {
            var (cgroup, command) = (Read($"{process}/cgroup"), Read($"{process}/cmdline"));
            if (Read($"{process}/stat").Contains(") Z ", StringComparison.Ordinal))
            {
                // It has ended, and waits for whoever is its parent now.
                continue;
            }

            if (cgroup.Contains(id, StringComparison.Ordinal) || command.Contains(id, StringComparison.Ordinal) || folders.Any(folder => command.Contains(folder, StringComparison.Ordinal)))
            {
                yield return $"{process} ({command.Replace('\0', ' ')})";
            }
        }
    }

    /// <summary>The pids of those whose command line names a folder.</summary>
    public static IEnumerable<int> Processes(string folder) => Directory.GetDirectories("/proc").Where(p => char.IsAsciiDigit(p[6]))
        .Where(p => Read($"{p}/cmdline").Contains(folder, StringComparison.Ordinal)).Select(p => int.Parse(p[6..], System.Globalization.CultureInfo.InvariantCulture));

    static IEnumerable<string> Mounts(IReadOnlyList<string> folders) =>
        File.ReadLines("/proc/self/mountinfo").Where(line => folders.Any(folder => line.Contains(folder, StringComparison.Ordinal)));

    static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // The process has ended.
            return "";
        }
    }
}
