using System.Text;
using System.Text.Json;

namespace MiniRun.Runtime.Spec;

ref partial struct SpecReader
{
    public string String()
    {
        Expect(JsonTokenType.String, "a string");
        var text = Text();
        return text.Contains('\0') ? throw Error("contains a NUL character, which no system call can take") : text;
    }

    public List<string> Strings()
    {
        var strings = new List<string>();
        EnterArray();
        while (NextItem())
        {
            strings.Add(String());
        }

        return strings;
    }

    /// <summary>The place in <paramref name="names"/> of the string that this value must be.</summary>
    public int Choice(ReadOnlySpan<string> names)
    {
        var number = Find(names);
        return number >= 0 ? number : throw Error($"is {Quoted(String())}, but must be one of {string.Join(", ", names)}");
    }

    /// <summary>The place in <paramref name="names"/> of the string that this value must be, or -1.</summary>
    public readonly int Find(ReadOnlySpan<string> names)
    {
        Expect(JsonTokenType.String, "a string");
        var text = _json.ValueIsEscaped ? Encoding.UTF8.GetBytes(Text()) : _json.ValueSpan;
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length == text.Length && Ascii.Equals(text, names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    public readonly bool Boolean() => _json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Error("must be true or false"),
    };

    public readonly long Integer(long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        Expect(JsonTokenType.Number, "an integer");
        return _json.TryGetInt64(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Error($"must be an integer from {minimum} to {maximum}");
    }

    public readonly ulong Unsigned(ulong maximum = ulong.MaxValue, ulong minimum = 0)
    {
        Expect(JsonTokenType.Number, "an integer");
        return _json.TryGetUInt64(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Error($"must be an integer from {minimum} to {maximum}");
    }

    /// <summary>Reads a string, an integer or a truth value, whichever it is.</summary>
    public bool TryScalar(out object value)
    {
        object? scalar = _json.TokenType switch
        {
            JsonTokenType.String => String(),
            JsonTokenType.Number when _json.TryGetInt64(out var number) => number,
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => null,
        };
        value = scalar ?? "";
        return scalar is not null;
    }

    readonly string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error("is not valid UTF-8 text");
        }
    }

    readonly void Expect(JsonTokenType type, string words)
    {
        if (_json.TokenType != type)
        {
            throw Error($"must be {words}");
        }
    }
}
