using System.Globalization;

namespace MiniRun.Runtime.Verbs;

/// <summary>The options and words of one verb: <c>--option value</c>, <c>--option=value</c>, <c>-o value</c>, flags, words.</summary>
sealed class Arguments
{
    readonly List<(string Name, string Value)> _options = [];
    readonly List<string> _words = [];

    /// <param name="words">What follows the verb.</param>
    /// <param name="known">The options: <c>--name</c> for a flag, <c>--name=</c> for one with a value, <c>--name,-n</c> with a short form.</param>
    /// <param name="endsAtWord">How many words there are before everything else belongs to somebody else, as the command of <c>exec</c> does.</param>
    /// <exception cref="UsageException">An option has no value or is unknown to the verb.</exception>
    public Arguments(ReadOnlySpan<string> words, ReadOnlySpan<string> known, int endsAtWord = int.MaxValue)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (_words.Count >= endsAtWord || !word.StartsWith('-') || word == "-")
            {
                _words.Add(word);
                continue;
            }

            if (word == "--")
            {
                endsAtWord = 0;
                continue;
            }

            var equals = word.IndexOf('=');
            var written = equals > 0 ? word[..equals] : word;
            var (name, takesValue) = Find(written, known);
            if (!takesValue)
            {
                var value = equals > 0 ? word[(equals + 1)..] : "true";
                _options.Add(value is "true" or "false" ? (name, value) : throw new UsageException($"{written}: is a flag and takes no value \"{value}\""));
            }
            else if (equals > 0)
            {
                _options.Add((name, word[(equals + 1)..]));
            }
            else if (++i < words.Length)
            {
                _options.Add((name, words[i]));
            }
            else
            {
                throw new UsageException($"{written}: needs a value");
            }
        }
    }

    public IReadOnlyList<string> Words => _words;

    /// <summary>The last value of an option; null when it is not there.</summary>
    public string? Value(string name)
    {
        for (var i = _options.Count - 1; i >= 0; i--)
        {
            if (_options[i].Name == name)
            {
                return _options[i].Value;
            }
        }

        return null;
    }

    /// <summary>All values of an option, in order.</summary>
    public List<string> Values(string name)
    {
        var values = new List<string>();
        foreach (var option in _options)
        {
            if (option.Name == name)
            {
                values.Add(option.Value);
            }
        }

        return values;
    }

    public bool Has(string name) => Value(name) is "true";

    /// <summary>Whether <c>--format</c> asks for JSON; without it a table is meant.</summary>
    /// <exception cref="UsageException">It asks for anything else.</exception>
    public bool WantsJson => (Value("--format") ?? "table") switch
    {
        "table" => false,
        "json" => true,
        var other => throw new UsageException($"--format: \"{other}\" is unknown; use table or json"),
    };

    public string Required(string name) => Value(name) ?? throw new UsageException($"{name}: is missing");

    /// <summary>A whole number from 0 on.</summary>
    public int Number(string name, int otherwise) => Value(name) is not { } value ? otherwise
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new UsageException($"{name}: \"{value}\" is no whole number from 0 on");

    /// <summary>An absolute path; a relative one is below the current folder.</summary>
    public string Path(string name, string otherwise) => Absolute(Value(name) ?? otherwise);

    /// <summary>An absolute path; null when the option is not there.</summary>
    public string? OptionalPath(string name) => Value(name) is { Length: > 0 } path ? Absolute(path) : null;

    public string Positional(string what) => _words switch
    {
        [var only] => only,
        [] => throw new UsageException($"{what}: is missing"),
        _ => throw new UsageException($"{_words[1]}: is one word too many"),
    };

    static string Absolute(string path) => path.StartsWith('/') ? path : System.IO.Path.GetFullPath(path);

    static (string Name, bool TakesValue) Find(string written, ReadOnlySpan<string> known)
    {
        foreach (var entry in known)
        {
            var takesValue = entry.EndsWith('=');
            var comma = entry.IndexOf(',');
            var name = comma > 0 ? entry[..comma] : takesValue ? entry[..^1] : entry;
            var abbreviation = comma > 0 ? entry[(comma + 1)..].TrimEnd('=') : "";
            if (written == name || written == abbreviation)
            {
                return (name, takesValue);
            }
        }

        throw new UsageException($"{written}: unknown option; known are {string.Join(", ", known.ToArray()).Replace("=", "", StringComparison.Ordinal)}");
    }
}

/// <summary>The command line cannot be understood.</summary>
sealed class UsageException(string message) : Exception(message);
