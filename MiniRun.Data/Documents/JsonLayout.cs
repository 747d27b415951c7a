using System.Buffers;

namespace MiniRun.Data.Documents;

/// <summary>Adds and removes white space between the tokens of valid JSON; the tokens' own bytes never change, so neither does a checksum.</summary>
static class JsonLayout
{
    static readonly SearchValues<byte> Separators = SearchValues.Create("{}[],:\" \t\r\n"u8);

    public static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var compact = new ArrayBufferWriter<byte>(json.Length + 1);
        for (var position = 0; position < json.Length;)
        {
            var token = Token(json[position..]);
            position += token;
            if (!IsSpace(json[position - token]))
            {
                compact.Write(json.Slice(position - token, token));
            }
        }

        return compact.WrittenSpan.ToArray();
    }

    /// <summary>Lays compact JSON out for a person: one member per line, two blanks a level.</summary>
    public static byte[] Indent(ReadOnlySpan<byte> compact, int level)
    {
        var text = new ArrayBufferWriter<byte>((compact.Length * 2) + 1);
        for (var position = 0; position < compact.Length;)
        {
            var length = Token(compact[position..]);
            var token = compact.Slice(position, length);
            position += length;
            var empty = token is [(byte)'{' or (byte)'['] && compact[position] is (byte)'}' or (byte)']';
            if (token is [(byte)'}' or (byte)']'])
            {
                NewLine(text, --level);
            }

            text.Write(token);
            switch (token)
            {
                case [(byte)'{' or (byte)'['] when empty:
                    text.Write(compact.Slice(position++, 1));
                    break;
                case [(byte)'{' or (byte)'[']:
                    NewLine(text, ++level);
                    break;
                case [(byte)',']:
                    NewLine(text, level);
                    break;
                case [(byte)':']:
                    text.Write(" "u8);
                    break;
            }
        }

        return text.WrittenSpan.ToArray();
    }

    // A string as a whole, a run of anything else that is no punctuation, or one byte.
    static int Token(ReadOnlySpan<byte> json)
    {
        if (json[0] != (byte)'"')
        {
            var scalar = json.IndexOfAny(Separators);
            return scalar switch { < 0 => json.Length, 0 => 1, _ => scalar };
        }

        for (var end = 1; end < json.Length; end++)
        {
            switch (json[end])
            {
                case (byte)'\\':
                    end++;
                    break;
                case (byte)'"':
                    return end + 1;
            }
        }

        return json.Length;
    }

    static void NewLine(ArrayBufferWriter<byte> text, int level)
    {
        text.Write("\n"u8);
        for (; level > 0; level--)
        {
            text.Write("  "u8);
        }
    }

    static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
