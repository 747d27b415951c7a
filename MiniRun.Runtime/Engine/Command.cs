using System.Buffers;
using System.Text;

namespace MiniRun.Runtime.Engine;

/// <summary>What a container runs: a list of words, taken as it is, or one string.</summary>
/// <remarks>A string is split at blanks, with quotes keeping words together; one with shell syntax becomes <c>/bin/sh -c</c>.</remarks>
public sealed record Command
{
    static readonly SearchValues<char> ShellSyntax = SearchValues.Create("|&;<>$()*?\n`");

    Command(IReadOnlyList<string> words) => Words = words;

    public IReadOnlyList<string> Words { get; }

    /// <exception cref="EngineException">The list is empty, its first word is empty, or a word holds NUL.</exception>
    public static Command FromWords(IReadOnlyList<string> words)
    {
        if (words.Count == 0 || words[0].Length == 0)
        {
            throw Invalid("command: it is empty; name a program, such as \"/bin/bash\".");
        }

        return words.Any(static word => word.Contains('\0'))
            ? throw Invalid("command: it contains a NUL character; no program can receive one.")
            : new Command(words);
    }

    /// <exception cref="EngineException">The string has no word or holds NUL.</exception>
    public static Command FromString(string line)
    {
        var plain = line.AsSpan().IndexOfAny(ShellSyntax) < 0;
        return plain && Split(line) is { } words ? FromWords(words) : FromWords(["/bin/sh", "-c", line]);
    }

    /// <summary>The words, or null when a quote does not enclose a whole word or is not closed.</summary>
    static List<string>? Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i < line.Length;)
        {
            if (char.IsWhiteSpace(line[i]))
            {
                i++;
                continue;
            }

            word.Clear();
            if (line[i] is '"' or '\'')
            {
                var end = line.IndexOf(line[i], i + 1);
                if (end < 0 || (end + 1 < line.Length && !char.IsWhiteSpace(line[end + 1])))
                {
                    return null;
                }

                word.Append(line, i + 1, end - i - 1);
                i = end + 1;
            }
            else
            {
                for (; i < line.Length && !char.IsWhiteSpace(line[i]); i++)
                {
                    if (line[i] is '"' or '\'' or '\\')
                    {
                        return null;
                    }

                    word.Append(line[i]);
                }
            }

            words.Add(word.ToString());
        }

        return words;
    }

    static EngineException Invalid(string message) => new(EngineError.InvalidField, message, "command");
}
