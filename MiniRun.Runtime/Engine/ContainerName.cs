using System.Text.RegularExpressions;

namespace MiniRun.Runtime.Engine;

/// <summary>The rule for names: a letter or digit, then up to 127 letters, digits, <c>_</c>, <c>.</c> or <c>-</c>.</summary>
public static partial class ContainerName
{
    /// <summary>Returns the name, or throws a sentence that names the field.</summary>
    /// <exception cref="EngineException"><see cref="EngineError.InvalidField"/>.</exception>
    public static string Validate(string name, string field = "name") => IsValid(name)
        ? name
        : throw new EngineException(
            EngineError.InvalidField,
            $"{field}: \"{Shorten(name)}\" is not a name; use 1 to 128 letters, digits, '_', '.' or '-', the first a letter or digit.",
            field);

    public static bool IsValid(string name) => Rule.IsMatch(name);

    static string Shorten(string name) => name.Length <= 40 ? name : name[..40] + "…";

    // \z, not $: $ would let a trailing line feed through.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rule { get; }
}
