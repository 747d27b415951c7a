using System.Globalization;

namespace MiniRun.Runtime.Cgroups;

sealed partial class StatisticsReader
{
    BlockStatistics? ReadBlock()
    {
        if (cgroup.With("blkio") is { } legacy)
        {
            // The scheduler counts what passed it, throttling all of it.
            var prefix = legacy.Has("blkio.bfq.io_service_bytes_recursive") ? "blkio.bfq." : "blkio.throttle.";
            return new BlockStatistics(
                LegacyCounters(legacy.TryRead(prefix + "io_service_bytes_recursive")), LegacyCounters(legacy.TryRead(prefix + "io_serviced_recursive")), ReadPressure("io"));
        }

        return cgroup.With("io") is { } branch && branch.TryRead("io.stat") is { } text
            ? new BlockStatistics(Counters(text, "bytes"), Counters(text, "ios"), ReadPressure("io"))
            : null;
    }

    /// <summary>"8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6"</summary>
    static List<BlockCounter> Counters(string text, string what)
    {
        var counters = new List<BlockCounter>();
        foreach (var (device, values) in FlatFile.Nested(text))
        {
            if (Device(device) is not var (major, minor))
            {
                continue;
            }

            foreach (var (key, operation) in (ReadOnlySpan<(string, string)>)[("r", "Read"), ("w", "Write"), ("d", "Discard")])
            {
                if (values.TryGetValue(key + what, out var value))
                {
                    counters.Add(new BlockCounter(major, minor, operation, value));
                }
            }
        }

        return counters;
    }

    /// <summary>"8:0 Read 4096" lines, and a sum that is left out.</summary>
    static List<BlockCounter> LegacyCounters(string? text)
    {
        var counters = new List<BlockCounter>();
        foreach (var line in (text ?? "").Split('\n'))
        {
            if (line.Split(' ') is [var device, var operation, var number]
                && Device(device) is var (major, minor) && ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                counters.Add(new BlockCounter(major, minor, operation, value));
            }
        }

        return counters;
    }

    static (ulong Major, ulong Minor)? Device(string text) =>
        text.Split(':') is [var first, var second]
        && ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var major) && ulong.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? (major, minor) : null;
}
