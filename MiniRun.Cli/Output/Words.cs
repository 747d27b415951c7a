using System.Globalization;

namespace MiniRun.Cli.Output;

/// <summary>Durations and sizes as people read them.</summary>
static class Words
{
    /// <summary>Two units at most: "3d 4h", "5m 12s", "0s".</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 1 } => $"{(long)duration.TotalDays}d {duration.Hours}h",
        { TotalHours: >= 1 } => $"{duration.Hours}h {duration.Minutes}m",
        { TotalMinutes: >= 1 } => $"{duration.Minutes}m {duration.Seconds}s",
        _ => $"{Math.Max(0, (int)duration.TotalSeconds)}s",
    };

    /// <summary>In powers of 1024: "812 B", "64 MiB", "1.5 GiB".</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return value.ToString(value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
