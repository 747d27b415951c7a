using System.Text;

namespace MiniRun.Runtime.Verbs;

/// <summary>A table for people: columns as wide as their widest cell, three blanks between them.</summary>
static class Columns
{
    const int Gap = 3;

    public static string Align(List<string[]> rows)
    {
        var widths = new int[rows[0].Length];
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        var text = new StringBuilder();
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                text.Append(i == row.Length - 1 ? row[i] : row[i].PadRight(widths[i] + Gap));
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
