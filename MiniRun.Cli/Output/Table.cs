using System.Text;

namespace MiniRun.Cli.Output;

/// <summary>Columns as wide as their widest cell, two blanks between them; the last one is not padded.</summary>
static class Table
{
    public static string Of(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = new List<IReadOnlyList<string>> { heads };
        // A control character from a container's command must not reach the terminal.
        all.AddRange(rows.Select(row => row.Select(Printable).ToList()));
        var widths = heads.Select((_, column) => all.Max(row => row[column].Length)).ToList();
        var lines = all.Select(row => string.Concat(row.Select((cell, column) => cell.PadRight(widths[column] + 2))).TrimEnd());
        return string.Join('\n', lines);
    }

    static string Printable(string cell)
    {
        var text = new StringBuilder(cell);
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsControl(text[index]))
            {
                text[index] = '?';
            }
        }

        return text.ToString();
    }
}
