using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>events ID</c>: prints what a container uses, once or at intervals, and when the kernel kills for want of memory.</summary>
static class EventsVerb
{
    /// <summary>How soon after it happened a kill is told, in milliseconds.</summary>
    const int Attention = 250;

    public static readonly string[] Options = ["--stats", "--interval="];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        using var container = global.OpenContainer(arguments.Positional("ID"));
        var interval = Interval(arguments.Value("--interval") ?? "5s");
        var layout = GlobalOptions.DetectCgroups();
        var cgroup = container.Cgroup(layout) ?? throw new UnknownContainerException($"container \"{container.Id}\" has no cgroup, and only cgroups count");
        using var process = container.OpenProcess();
        if (arguments.Has("--stats"))
        {
            Print(container.Id, cgroup);
            return 0;
        }

        Follow(container.Id, cgroup, process, interval);
        return 0;
    }

    /// <summary>Until the container ends.</summary>
    static void Follow(string id, ContainerCgroup cgroup, Microsoft.Win32.SafeHandles.SafeFileHandle process, long interval)
    {
        var kills = cgroup.ReadOomKills();
        var next = 0L;
        while (true)
        {
            if (Clock.Monotonic() >= next)
            {
                Print(id, cgroup);
                next = Clock.Monotonic() + (interval * 1_000_000);
            }

            var hasEnded = Processes.Await(process, Math.Min(Attention, interval));
            // The counter goes with the cgroup, which outlives the process by a moment.
            if (cgroup.ReadOomKills() is var now && now > kills)
            {
                kills = now;
                Print(new FlatObjectWriter().Add("type", "oom").Add("id", id).Finish());
            }

            if (hasEnded)
            {
                return;
            }
        }
    }

    static void Print(string id, ContainerCgroup cgroup) => Print(StatisticsWriter.Write(id, cgroup.ReadStatistics()));

    static void Print(byte[] line) => Standard.Print([.. line, (byte)'\n']);

    /// <summary>Seconds, or with ms, s or m at the end; in milliseconds.</summary>
    static long Interval(string text)
    {
        var (digits, factor) = text switch
        {
            [.. var rest, 'm', 's'] => (rest, 1L),
            [.. var rest, 's'] => (rest, 1000L),
            [.. var rest, 'm'] => (rest, 60_000L),
            _ => (text, 1000L),
        };
        return long.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < 1_000_000
            ? number * factor
            : throw new UsageException($"--interval: \"{text}\" is no time; use a number above 0 with ms, s or m");
    }
}
