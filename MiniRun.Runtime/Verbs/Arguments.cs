namespace MiniRun.Runtime.Verbs;

/// <summary>The words after a verb: <c>--option value</c>, <c>--option=value</c> and one positional word.</summary>
sealed class Arguments
{
    readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);
    readonly List<string> _positional = [];

    /// <exception cref="UsageException">An option has no value or is unknown to the verb.</exception>
    public Arguments(ReadOnlySpan<string> words, params ReadOnlySpan<string> known)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (!word.StartsWith('-') || word == "-")
            {
                _positional.Add(word);
                continue;
            }

            var equals = word.IndexOf('=');
            var name = equals > 0 ? word[..equals] : word;
            if (!known.Contains(name))
            {
                throw new UsageException($"{name}: unknown option; known are {string.Join(", ", known.ToArray())}");
            }

            if (equals > 0)
            {
                _options[name] = word[(equals + 1)..];
            }
            else if (++i < words.Length)
            {
                _options[name] = words[i];
            }
            else
            {
                throw new UsageException($"{name}: needs a value");
            }
        }
    }

    public string? Value(string name) => _options.GetValueOrDefault(name);

    public string Required(string name) => Value(name) ?? throw new UsageException($"{name}: is missing");

    /// <summary>An absolute path; a relative one is below the current folder.</summary>
    public string Path(string name, string otherwise)
    {
        var path = Value(name) ?? otherwise;
        return path.StartsWith('/') ? path : System.IO.Path.GetFullPath(path);
    }

    public string Positional(string what) => _positional switch
    {
        [var only] => only,
        [] => throw new UsageException($"{what}: is missing"),
        _ => throw new UsageException($"{_positional[1]}: is one word too many"),
    };
}

/// <summary>The command line cannot be understood.</summary>
sealed class UsageException(string message) : Exception(message);
