using System.Text;

namespace MiniRun.Runtime.Spec;

/// <summary>A document that cannot be used: the JSON path of the field, and what it must be, on one line.</summary>
sealed class SpecException(string path, string problem) : Exception($"{OneLine(path)}: {OneLine(problem)}")
{
    public string Path { get; } = OneLine(path);

    /// <summary>Texts of a hostile document end in logs, where a line break would begin a line of its own, and on terminals.</summary>
    static string OneLine(string text)
    {
        foreach (var c in text)
        {
            if (IsUnsafe(c))
            {
                return Escape(text);
            }
        }

        return text;
    }

    static string Escape(string text)
    {
        var line = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = IsUnsafe(c) ? line.Append("\\u").Append(((int)c).ToString("x4", null)) : line.Append(c);
        }

        return line.ToString();
    }

    static bool IsUnsafe(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' || char.IsSurrogate(c);
}
