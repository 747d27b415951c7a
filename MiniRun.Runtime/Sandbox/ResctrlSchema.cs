namespace MiniRun.Runtime.Sandbox;

/// <summary>Lines of a schemata file, such as <c>L3:0=7f0;1=1f</c>: a resource, and a value for each of its domains.</summary>
static class ResctrlSchema
{
    /// <summary>Whether a line of the kernel's says all that another says; the kernel pads values and knows more domains.</summary>
    public static bool IsWithin(string wanted, string present)
    {
        var (resource, domains) = Split(wanted);
        var (other, values) = Split(present);
        return resource == other && domains.TrueForAll(values.Contains);
    }

    static (string Resource, List<(string Domain, string Value)> Values) Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var values = new List<(string, string)>();
        foreach (var part in line[(colon + 1)..].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            values.Add((Plain(part[..Math.Max(equals, 0)]), Plain(part[(equals + 1)..])));
        }

        return (line[..Math.Max(colon, 0)].Trim(), values);
    }

    /// <summary>A number, decimal or not, without what does not change it.</summary>
    static string Plain(string number) => number.Trim().TrimStart('0').ToUpperInvariant();
}
