using System.Text.Json;

namespace MiniRun.Runtime.Spec;

/// <summary>A forward reader of one JSON document that always knows the path of the value it stands on.</summary>
/// <remarks>Paths are kept as positions in the document and become text only in an error.</remarks>
ref partial struct SpecReader
{
    const int MaximumDepth = 32;

    /// <summary>Far above what anybody writes, and few enough to compare each with each.</summary>
    const int MaximumProperties = 4096;

    readonly ReadOnlySpan<byte> _document;
    readonly string _base;
    Utf8JsonReader _json;
    PathStack _path;
    PropertyNames _names;
    List<string>? _warnings;

    /// <param name="document">UTF-8 without a byte order mark.</param>
    /// <param name="root">The path of the document's own value: not <c>$</c> where it was cut out of another.</param>
    public SpecReader(ReadOnlySpan<byte> document, string root = "$")
    {
        _document = document;
        _base = root;
        _json = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = MaximumDepth });
        Advance();
    }

    /// <summary>What <see cref="Warn"/> collected.</summary>
    public readonly List<string> Warnings => _warnings ?? [];

    /// <summary>Enters the object that this value must be; then <see cref="NextProperty"/> until false.</summary>
    public void EnterObject()
    {
        Expect(JsonTokenType.StartObject, "an object");
        _path.Push(_names.Count);
    }

    /// <summary>Goes to the next property's value, or leaves the object. A property that is null is passed over as if it were absent.</summary>
    public bool NextProperty(out ReadOnlySpan<byte> name)
    {
        while (NextName(out name))
        {
            if (_json.TokenType != JsonTokenType.Null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The same for an object whose names are data: all of them count, so null is a value of the wrong type.</summary>
    public bool NextEntry(out string key)
    {
        if (!NextName(out var name))
        {
            key = "";
            return false;
        }

        key = System.Text.Unicode.Utf8.IsValid(name) ? System.Text.Encoding.UTF8.GetString(name) : throw Error("has a name that is not valid UTF-8 text");
        return key.Length == 0 ? throw Error("has an empty name")
            : key.Contains('\0') ? throw Error("has a name with a NUL character, which no system call can take") : true;
    }

    /// <summary>Enters the array that this value must be; then <see cref="NextItem"/> until false.</summary>
    public void EnterArray()
    {
        Expect(JsonTokenType.StartArray, "an array");
        _path.Push(_names.Count);
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

    /// <summary>Passes over the value, which must be well-formed.</summary>
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

    /// <summary>The bytes of the object that this value must be, as they are in the document; they are well-formed, and nothing else is known of them.</summary>
    public byte[] RawObject()
    {
        Expect(JsonTokenType.StartObject, "an object");
        var start = (int)_json.TokenStartIndex;
        Skip();
        return _document[start..(int)_json.BytesConsumed].ToArray();
    }

    /// <summary>Ends the reading: nothing but white space may follow.</summary>
    public void End()
    {
        try
        {
            _json.Read();
        }
        catch (JsonException e)
        {
            throw Error($"something follows the document (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
    }

    bool NextName(out ReadOnlySpan<byte> name)
    {
        Advance();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            _names.Count = _path.Pop();
            name = default;
            return false;
        }

        var (start, length) = ((int)_json.TokenStartIndex + 1, _json.ValueSpan.Length);
        _path.SetProperty(start, length);
        // With an escape in its name a property could hide from the field that it means.
        name = _json.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(Text()) : _json.ValueSpan;
        switch (_names.Add(_document, _path.FirstName, start, length, name, MaximumProperties))
        {
            case PropertyNames.Verdict.Repeated:
                throw Error("is there twice");
            case PropertyNames.Verdict.TooMany:
                throw Error($"is one property too many: an object may have {MaximumProperties}");
        }

        Advance();
        return true;
    }

    void Advance()
    {
        try
        {
            // The whole document is there: what ends too early is an exception too.
            _json.Read();
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }
}
