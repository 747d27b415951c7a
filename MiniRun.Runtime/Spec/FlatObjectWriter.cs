using System.Buffers.Text;

namespace MiniRun.Runtime.Spec;

/// <summary>Writes what <see cref="FlatObject"/> reads.</summary>
/// <remarks>Not Utf8JsonWriter: the tables of its text encoder cost every start a tenth of a millisecond, while the child waits.</remarks>
sealed class FlatObjectWriter
{
    byte[] _bytes = new byte[512];
    int _length;

    public FlatObjectWriter Add(string name, long value)
    {
        Name(name);
        Reserve(20);
        Utf8Formatter.TryFormat(value, _bytes.AsSpan(_length), out var written);
        _length += written;
        return this;
    }

    /// <param name="value">Finite.</param>
    public FlatObjectWriter Add(string name, double value)
    {
        Name(name);
        Reserve(32);
        Utf8Formatter.TryFormat(value, _bytes.AsSpan(_length), out var written);
        _length += written;
        return this;
    }

    public FlatObjectWriter Add(string name, bool value)
    {
        Name(name);
        Raw(value ? "true"u8 : "false"u8);
        return this;
    }

    public FlatObjectWriter Add(string name, string value)
    {
        Name(name);
        Text(value);
        return this;
    }

    /// <summary>Null leaves the member out.</summary>
    public FlatObjectWriter AddKnown(string name, long? value) => value is { } known ? Add(name, known) : this;

    /// <inheritdoc cref="AddKnown(string, long?)"/>
    public FlatObjectWriter AddKnown(string name, double? value) => value is { } known ? Add(name, known) : this;

    /// <inheritdoc cref="AddKnown(string, long?)"/>
    public FlatObjectWriter AddKnown(string name, string? value) => value is { } known ? Add(name, known) : this;

    /// <summary>An object in the object; <see cref="FlatObject"/> passes over it.</summary>
    public FlatObjectWriter Add(string name, FlatObjectWriter value)
    {
        Name(name);
        Raw(value.Finish());
        return this;
    }

    /// <summary>The whole object.</summary>
    public byte[] Finish()
    {
        Raw(_length == 0 ? "{}"u8 : "}"u8);
        return _bytes[.._length];
    }

    void Name(string name)
    {
        Raw(_length == 0 ? "{"u8 : ","u8);
        Text(name);
        Raw(":"u8);
    }

    void Text(string text)
    {
        Raw("\""u8);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    Reserve(2);
                    _bytes[_length++] = (byte)'\\';
                    _bytes[_length++] = (byte)rune.Value;
                    break;
                case < ' ':
                    Raw("\\u00"u8);
                    Reserve(2);
                    _bytes[_length++] = (byte)('0' + (rune.Value >> 4));
                    _bytes[_length++] = (byte)"0123456789abcdef"[rune.Value & 15];
                    break;
                default:
                    Reserve(4);
                    _length += rune.EncodeToUtf8(_bytes.AsSpan(_length));
                    break;
            }
        }

        Raw("\""u8);
    }

    void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    void Reserve(int count)
    {
        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }
    }
}
