using System.Globalization;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>Properties of the scope that a configuration gives by annotations, as other runtimes read them: the value is a variant
/// in GVariant's text format, such as <c>true</c>, <c>'inactive'</c>, <c>uint64 5000000</c> or <c>['a.service']</c>.</summary>
static class AnnotatedProperties
{
    public const string Prefix = "org.systemd.property.";

    const string Seconds = "Sec";
    const NumberStyles Whole = NumberStyles.AllowLeadingSign;

    /// <exception cref="SpecException">A name or a value cannot be understood.</exception>
    public static List<UnitProperty> Read(IReadOnlyDictionary<string, string> annotations)
    {
        var properties = new List<UnitProperty>();
        foreach (var (key, value) in annotations)
        {
            if (key.StartsWith(Prefix, StringComparison.Ordinal))
            {
                properties.Add(Property(key, value.Trim()));
            }
        }

        return properties;
    }

    static UnitProperty Property(string key, string value)
    {
        var name = key[Prefix.Length..];
        if (name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit))
        {
            throw new SpecException(Field(key), $"\"{name}\" must be the name of a property of systemd's units, such as \"CollectMode\"");
        }

        // Units of systemd say seconds, but D-Bus has microseconds alone.
        if (name.EndsWith(Seconds, StringComparison.Ordinal) && name.Length > Seconds.Length && char.IsAsciiLetterLower(name[^(Seconds.Length + 1)]))
        {
            return decimal.TryParse(Untyped(value), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < ulong.MaxValue / 1_000_000
                ? UnitProperty.Of(name[..^Seconds.Length] + "USec", (ulong)(seconds * 1_000_000))
                : throw Wrong(key, value, "a number of seconds");
        }

        return Typed(name, value) ?? throw Wrong(key, value, "a value such as true, 'text', uint64 5 or ['text', 'text']");
    }

    static UnitProperty? Typed(string name, string value)
    {
        var number = Untyped(value);
        return value[..^number.Length].Trim() switch
        {
            "" when value is "true" or "false" => UnitProperty.Of(name, value is "true"),
            "" when Text(value) is { } text => UnitProperty.Of(name, text),
            "" when value is ['[', .. var list, ']'] => List(list) is { } texts ? UnitProperty.List(name, texts) : null,
            "" or "int32" when int.TryParse(number, Whole, CultureInfo.InvariantCulture, out var whole) => new(name, "i", w => w.UInt32((uint)whole)),
            "uint32" when uint.TryParse(number, Whole, CultureInfo.InvariantCulture, out var whole) => new(name, "u", w => w.UInt32(whole)),
            "int64" when long.TryParse(number, Whole, CultureInfo.InvariantCulture, out var whole) => new(name, "x", w => w.UInt64((ulong)whole)),
            "uint64" when ulong.TryParse(number, Whole, CultureInfo.InvariantCulture, out var whole) => UnitProperty.Of(name, whole),
            _ => null,
        };
    }

    /// <summary>The number of "uint64 5".</summary>
    static string Untyped(string value)
    {
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && value[..space].All(char.IsAsciiLetterOrDigit) ? value[(space + 1)..].Trim() : value;
    }

    /// <summary>Text in single or double quotes, without others within.</summary>
    static string? Text(string value) =>
        value.Length >= 2 && value[0] is '\'' or '"' && value[^1] == value[0] && value.AsSpan(1, value.Length - 2) is var inner && !inner.ContainsAny('\\', value[0])
            ? inner.ToString()
            : null;

    /// <summary>Null when one is no text.</summary>
    static List<string>? List(string list)
    {
        var texts = new List<string>();
        foreach (var part in list.Split(','))
        {
            if (Text(part.Trim()) is not { } text)
            {
                return null;
            }

            texts.Add(text);
        }

        return texts;
    }

    static SpecException Wrong(string key, string value, string wanted) => new(Field(key), $"\"{value}\" must be {wanted}");

    static string Field(string key) => SpecReader.EntryPath("$.annotations", key);
}
