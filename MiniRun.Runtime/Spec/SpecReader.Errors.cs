using System.Text;
using System.Text.Json;

namespace MiniRun.Runtime.Spec;

ref partial struct SpecReader
{
    /// <summary>A document of nothing but oddities must not fill the log.</summary>
    const int MaximumWarnings = 100;

    const int MaximumQuotation = 80;

    /// <summary>What is wrong with the value.</summary>
    public readonly SpecException Error(string problem) => new(Path(), problem);

    /// <summary>What is wrong with the object that was just left: it lacks a property.</summary>
    public readonly SpecException Missing(string name, string what) => new($"{Path()}.{name}", $"is missing; it must be {what}");

    /// <summary>What is wrong with a property of the object that was just left, found when all of them were known.</summary>
    public readonly SpecException Error(string name, string problem) => new($"{Path()}.{name}", problem);

    /// <summary>The same for an entry of such a property, whose names are data.</summary>
    public readonly SpecException Error(string name, string entry, string problem)
    {
        var path = new StringBuilder(Path()).Append('.').Append(name);
        AppendName(path, entry);
        return new SpecException(path.ToString(), problem);
    }

    /// <summary>Notes something about the value that is no reason to refuse the document.</summary>
    public void Warn(string remark)
    {
        _warnings ??= [];
        if (_warnings.Count < MaximumWarnings)
        {
            _warnings.Add(new SpecException(Path(), remark).Message);
        }
    }

    /// <summary>Text of the document for a message: short enough for a line.</summary>
    public static string Quoted(string text) =>
        text.Length <= MaximumQuotation ? $"\"{text}\"" : $"\"{text.AsSpan(0, MaximumQuotation)}...\"";

    /// <summary>The path of an entry whose name is data, such as <c>$.linux.sysctl["net.ipv4.ip_forward"]</c>.</summary>
    public static string EntryPath(string parent, string name)
    {
        var path = new StringBuilder(parent);
        AppendName(path, name);
        return path.ToString();
    }

    readonly SpecException Malformed(JsonException e) => Error(
        // The reader does not say which it is; it counts a bracket that it has just met one level up.
        _json.CurrentDepth < MaximumDepth - 1
            ? $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})"
            : $"is nested deeper than {MaximumDepth} levels or not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");

    readonly string Path()
    {
        var path = new StringBuilder(_base);
        for (var level = 0; level < _path.Depth; level++)
        {
            var (start, length, _) = _path[level];
            if (length >= 0)
            {
                AppendName(path, Encoding.UTF8.GetString(_document.Slice(start, length)));
            }
            else if (start >= 0)
            {
                path.Append('[').Append(start).Append(']');
            }
        }

        return path.ToString();
    }

    /// <summary>As <c>.name</c>, or as <c>["net.ipv4"]</c> where a dot would look like the next name.</summary>
    static void AppendName(StringBuilder path, string name)
    {
        var isPlain = name.Length is > 0 and <= MaximumQuotation;
        foreach (var c in name)
        {
            isPlain &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '\\';
        }

        _ = isPlain ? path.Append('.').Append(name) : path.Append('[').Append(Quoted(name)).Append(']');
    }

    /// <summary>A level is a property (position and length of its name) or an index (length -1; -1 before the first item),
    /// and knows how many names of properties were there before it.</summary>
    struct PathStack
    {
        Levels _levels;

        public int Depth { get; private set; }

        public readonly (int Start, int Length, int FirstName) this[int level] => _levels[level];

        public readonly int FirstName => _levels[Depth - 1].FirstName;

        // The reader refuses deeper documents before this could overflow.
        public void Push(int firstName) => _levels[Depth++] = (-1, -1, firstName);

        public int Pop() => _levels[--Depth].FirstName;

        public void SetProperty(int start, int length)
        {
            ref var level = ref _levels[Depth - 1];
            level.Start = start;
            level.Length = length;
        }

        public void NextIndex() => _levels[Depth - 1].Start++;

        [System.Runtime.CompilerServices.InlineArray(MaximumDepth + 1)]
        struct Levels
        {
            (int Start, int Length, int FirstName) _first;
        }
    }
}
