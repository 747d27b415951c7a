using System.Text.RegularExpressions;

namespace MiniRun.Web.Components.Containers;

/// <summary>A line of output without what only a terminal understands.</summary>
static partial class PlainText
{
    public static string Of(string line)
    {
        var text = line.Contains('\e') ? Escapes.Replace(line, "") : line;
        // A carriage return starts the line over, as progress bars do: the last version is what a terminal would show.
        text = text.TrimEnd('\r');
        var start = text.LastIndexOf('\r');
        return string.Concat(text[(start + 1)..].Where(static c => !char.IsControl(c) || c == '\t'));
    }

    // ECMA-48: CSI sequences, OSC sequences up to BEL or ST, and two-character escapes.
    [GeneratedRegex(@"\e(?:\[[0-?]*[ -/]*[@-~]|\][^\a\e]*(?:\a|\e\\)?|[@-Z\\^_=>()][0-9A-B]?)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escapes { get; }
}
