using System.Globalization;

namespace MiniRun.Runtime.Cgroups;

/// <summary>The forms that the kernel's files have (cgroup-v2.rst, "Format").</summary>
static class FlatFile
{
    /// <summary>The number behind a key in a flat keyed file; null when there is none.</summary>
    public static long? Field(string? text, string key)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key))
            {
                return long.Parse(line[(key.Length + 1)..], CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    /// <summary>A flat keyed file: "KEY NUMBER" lines.</summary>
    public static SortedDictionary<string, ulong> Keyed(string? text)
    {
        var values = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var space = line.IndexOf(' ');
            if (space > 0 && ulong.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                values[line[..space].ToString()] = value;
            }
        }

        return values;
    }

    /// <summary>A nested keyed file: "NAME KEY=NUMBER ..." lines. "max" is left out.</summary>
    public static Dictionary<string, Dictionary<string, ulong>> Nested(string? text)
    {
        var names = new Dictionary<string, Dictionary<string, ulong>>(StringComparer.Ordinal);
        foreach (var line in (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var values = names[words[0]] = new Dictionary<string, ulong>(StringComparer.Ordinal);
            foreach (var word in words.AsSpan(1))
            {
                var equals = word.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0 && ulong.TryParse(word.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                {
                    values[word[..equals]] = value;
                }
            }
        }

        return names;
    }

    /// <summary>Numbers in a row, as v1 counts by processor.</summary>
    public static List<ulong> Row(string? text)
    {
        var values = new List<ulong>();
        foreach (var word in (text ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                values.Add(value);
            }
        }

        return values;
    }
}
