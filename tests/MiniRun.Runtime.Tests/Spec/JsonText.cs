using System.Text;
using System.Text.Json;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>A JSON document with the place of every value in it, to be changed one value at a time and otherwise byte for byte.</summary>
sealed class JsonText
{
    readonly byte[] _bytes;
    readonly Dictionary<string, Place> _places = [];

    public JsonText(string text)
    {
        _bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(_bytes);
        reader.Read();
        Visit(ref reader, "$", "", (int)reader.TokenStartIndex, isItem: false);
    }

    /// <param name="Start">Of the value, or of the name where it is a property.</param>
    public sealed record Place(string Path, string Parent, JsonTokenType Type, int Start, int ValueStart, int End, bool IsItem)
    {
        public bool IsRoot => Path == "$";

        public bool IsProperty => !IsItem && !IsRoot;
    }

    public byte[] Bytes => [.. _bytes];

    /// <summary>Outermost last: an object stands behind what is in it.</summary>
    public IReadOnlyCollection<Place> Places => _places.Values;

    public Place At(string path) => _places.TryGetValue(path, out var place) ? place : throw new ArgumentException($"{path} is not in the document", nameof(path));

    public string Value(Place place) => Encoding.UTF8.GetString(_bytes, place.ValueStart, place.End - place.ValueStart);

    public byte[] With(string path, string json) => With(At(path), json);

    public byte[] With(Place place, string json) => Splice(place.ValueStart, place.End, json);

    /// <summary>With a property more in the object at a path.</summary>
    public byte[] Plus(string path, string property)
    {
        var start = At(path).ValueStart;
        return Splice(start + 1, start + 1, At(path).End - start > 2 ? property + "," : property);
    }

    /// <summary>With the property a second time.</summary>
    public byte[] Twice(Place place) => Splice(place.End, place.End, "," + Encoding.UTF8.GetString(_bytes, place.Start, place.End - place.Start));

    public byte[] Without(string path) => Without(At(path));

    public byte[] Without(Place place)
    {
        var (start, end) = (place.Start, place.End);
        while (char.IsWhiteSpace((char)_bytes[end]))
        {
            end++;
        }

        if (_bytes[end] == ',')
        {
            return Splice(start, end + 1, "");
        }

        do
        {
            start--;
        }
        while (char.IsWhiteSpace((char)_bytes[start]));

        return Splice(_bytes[start] == ',' ? start : start + 1, place.End, "");
    }

    byte[] Splice(int start, int end, string text) => [.. _bytes.AsSpan(0, start), .. Encoding.UTF8.GetBytes(text), .. _bytes.AsSpan(end)];

    void Visit(ref Utf8JsonReader reader, string path, string parent, int start, bool isItem)
    {
        var type = reader.TokenType;
        var valueStart = (int)reader.TokenStartIndex;
        if (type is JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var nameStart = (int)reader.TokenStartIndex;
                var name = reader.GetString()!;
                reader.Read();
                Visit(ref reader, path + (name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? "." + name : $"[\"{name}\"]"), path, nameStart, isItem: false);
            }
        }
        else if (type is JsonTokenType.StartArray)
        {
            for (var index = 0; reader.Read() && reader.TokenType is not JsonTokenType.EndArray; index++)
            {
                Visit(ref reader, $"{path}[{index}]", path, (int)reader.TokenStartIndex, isItem: true);
            }
        }

        _places.Add(path, new Place(path, parent, type, start, valueStart, (int)reader.BytesConsumed, isItem));
    }
}
