using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

static partial class UserMappings
{
    /// <summary>The id maps of a container's user namespace; those of one that it joins are the kernel's to tell.</summary>
    /// <remarks>Under the rule of <see cref="Launcher"/>: only for a process with one managed thread.</remarks>
    /// <exception cref="SpecException">The namespace cannot be joined.</exception>
    public static (IReadOnlyList<IdMapping> Uids, IReadOnlyList<IdMapping> Gids) Of(LinuxSpec linux)
    {
        var place = linux.Namespaces.FindIndex(wanted => wanted is { Type: "user", Path: not null });
        if (place < 0)
        {
            return (linux.UidMappings, linux.GidMappings);
        }

        using var users = JoinedNamespaces.OpenFile("user", linux.Namespaces[place].Path!, $"$.linux.namespaces[{place}].path");
        return ReadIn(users);
    }

    /// <summary>Only a process that is in a user namespace has its maps in a file.</summary>
    static (IReadOnlyList<IdMapping> Uids, IReadOnlyList<IdMapping> Gids) ReadIn(SafeFileHandle users)
    {
        using var sync = LaunchSync.Create();
        using var memory = LaunchMemory.Create();
        var steps = new PlanBuilder(memory);
        steps.Close(sync.Parent);
        steps.SetParentDeathSignal(Signals.Kill);
        steps.Enter(Files.Number(users), Namespaces.User);
        steps.PauseForParent(sync.Child);
        var plan = steps.Build();
        var launch = Launcher.Clone(memory, sync, 0, null);
        try
        {
            launch.AwaitPause(plan);
            return (ReadMap(launch.Process.Pid, "uid_map"), ReadMap(launch.Process.Pid, "gid_map"));
        }
        finally
        {
            launch.Abandon();
        }
    }

    static List<IdMapping> ReadMap(int pid, string map)
    {
        using var file = Files.OpenPath(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{map}"), Open.ReadOnly);
        return Parse(System.Text.Encoding.ASCII.GetString(Files.ReadAll(file)));
    }

    /// <summary>Reads lines of three numbers: the first id inside, the first outside, and how many.</summary>
    public static List<IdMapping> Parse(string map)
    {
        var mappings = new List<IdMapping>();
        foreach (var line in map.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var numbers = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            mappings.Add(new IdMapping(Number(numbers[0]), Number(numbers[1]), Number(numbers[2])));
        }

        return mappings;

        static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
    }
}
