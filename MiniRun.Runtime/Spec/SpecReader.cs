using System.Text;
using System.Text.Json;

namespace MiniRun.Runtime.Spec;

/// <summary>A forward reader of one JSON document that always knows the path of the value it stands on.</summary>
/// <remarks>Paths are kept as positions in the document and become text only in an error.</remarks>
ref struct SpecReader
{
    const int MaximumDepth = 32;

    readonly ReadOnlySpan<byte> _document;
    Utf8JsonReader _json;
    PathStack _path;

    public SpecReader(ReadOnlySpan<byte> document)
    {
        _document = document;
        _json = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = MaximumDepth });
        Advance();
    }

    /// <summary>Enters the object that this value must be; then <see cref="NextProperty"/> until false.</summary>
    public void EnterObject()
    {
        Expect(JsonTokenType.StartObject, "an object");
        _path.Push();
    }

    /// <summary>Goes to the next property's value, or leaves the object.</summary>
    public bool NextProperty(out ReadOnlySpan<byte> name)
    {
        Advance();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            _path.Pop();
            name = default;
            return false;
        }

        _path.SetProperty((int)_json.TokenStartIndex + 1, _json.ValueSpan.Length);
        // With an escape in its name a property could hide from those that refuse what is not supported.
        name = _json.ValueIsEscaped ? Encoding.UTF8.GetBytes(Text()) : _json.ValueSpan;
        Advance();
        return true;
    }

    /// <summary>Enters the array that this value must be; then <see cref="NextItem"/> until false.</summary>
    public void EnterArray()
    {
        Expect(JsonTokenType.StartArray, "an array");
        _path.Push();
    }

    public bool NextItem()
    {
        Advance();
        if (_json.TokenType == JsonTokenType.EndArray)
        {
            _path.Pop();
            return false;
        }

        _path.NextIndex();
        return true;
    }

    public readonly bool IsNull => _json.TokenType == JsonTokenType.Null;

    /// <summary>Whether the value is an empty object, array or string.</summary>
    public readonly bool IsEmpty
    {
        get
        {
            if (_json.TokenType is JsonTokenType.String)
            {
                return _json.ValueSpan.IsEmpty;
            }

            var ahead = _json;
            try
            {
                return _json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray
                    && ahead.Read() && ahead.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            }
            catch (JsonException e)
            {
                throw Malformed(e);
            }
        }
    }

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

    public bool Boolean() => _json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Error("must be true or false"),
    };

    public long Integer(long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        Expect(JsonTokenType.Number, "an integer");
        return _json.TryGetInt64(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Error($"must be an integer from {minimum} to {maximum}");
    }

    public ulong Unsigned(ulong maximum = ulong.MaxValue)
    {
        Expect(JsonTokenType.Number, "an integer");
        return _json.TryGetUInt64(out var number) && number <= maximum
            ? number
            : throw Error($"must be an integer from 0 to {maximum}");
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

    public void Skip()
    {
        try
        {
            _json.Skip();
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    /// <summary>Ends the reading: nothing but white space may follow.</summary>
    public void End()
    {
        try
        {
            if (_json.Read())
            {
                throw Error("something follows the document");
            }
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    public readonly SpecException Error(string problem) => new(Path(), problem);

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

    void Advance()
    {
        try
        {
            if (!_json.Read())
            {
                throw Error("the document ends too early");
            }
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    readonly SpecException Malformed(JsonException e) =>
        Error($"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");

    readonly string Path()
    {
        var path = new StringBuilder("$");
        for (var level = 0; level < _path.Depth; level++)
        {
            var (start, length) = _path[level];
            if (length >= 0)
            {
                path.Append('.').Append(Encoding.UTF8.GetString(_document.Slice(start, length)));
            }
            else if (start >= 0)
            {
                path.Append('[').Append(start).Append(']');
            }
        }

        return path.ToString();
    }

    /// <summary>A level is a property (position and length of its name) or an index (length -1; -1 before the first item).</summary>
    struct PathStack
    {
        Levels _levels;

        public int Depth { get; private set; }

        public readonly (int Start, int Length) this[int level] => _levels[level];

        // The reader refuses deeper documents before this could overflow.
        public void Push() => _levels[Depth++] = (-1, -1);

        public void Pop() => Depth--;

        public void SetProperty(int start, int length) => _levels[Depth - 1] = (start, length);

        public void NextIndex() => _levels[Depth - 1] = (_levels[Depth - 1].Start + 1, -1);

        [System.Runtime.CompilerServices.InlineArray(MaximumDepth + 1)]
        struct Levels
        {
            (int Start, int Length) _first;
        }
    }
}
