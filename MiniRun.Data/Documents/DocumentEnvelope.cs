using System.Globalization;
using System.Text;
using System.Text.Json;
using MiniRun.Data.Storage;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data.Documents;

/// <summary>A record as a file: what it is, when it was (its sequence number), a checksum, and the document, readable by a person.</summary>
static class DocumentEnvelope
{
    const int CurrentVersion = 1;

    public static byte[] Write(StoredRecord stored, Guid epoch)
    {
        var record = stored.Record;
        return Encoding.UTF8.GetBytes($$"""
            {
              "version": {{CurrentVersion}},
              "epoch": "{{epoch}}",
              "sequence": {{stored.Sequence}},
              "kind": "{{record.Kind}}",
              "id": "{{record.Id}}",
              "crc": "{{Checksum(stored, epoch):x8}}",
              "document": {{Encoding.UTF8.GetString(JsonLayout.Indent(record.Document.Span, level: 1))}}
            }

            """);
    }

    /// <returns>Null when it is not what <see cref="Write"/> made, apart from white space.</returns>
    public static StoredRecord? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadFields(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    static StoredRecord? ReadFields(ReadOnlySpan<byte> json)
    {
        // A document may be as deep as the default allows, and it lies one level deeper here.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 128 });
        reader.Read();
        int version = 0;
        long sequence = 0;
        Guid epoch = default;
        string kind = "", id = "", crc = "";
        byte[] document = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "version":
                    version = reader.GetInt32();
                    break;
                case "epoch":
                    epoch = reader.GetGuid();
                    break;
                case "sequence":
                    sequence = reader.GetInt64();
                    break;
                case "kind":
                    kind = reader.GetString() ?? "";
                    break;
                case "id":
                    id = reader.GetString() ?? "";
                    break;
                case "crc":
                    crc = reader.GetString() ?? "";
                    break;
                case "document":
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    document = JsonLayout.Compact(json[start..(int)reader.BytesConsumed]);
                    break;
                default:
                    return null;
            }
        }

        var stored = new StoredRecord(sequence, new Record(kind, id, document));
        return version == CurrentVersion
            && sequence > 0
            && uint.TryParse(crc, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var expected)
            && expected == Checksum(stored, epoch)
                ? stored
                : null;
    }

    // Over every field, not the document alone: a changed sequence number would bring an old version back.
    static uint Checksum(StoredRecord stored, Guid epoch)
    {
        var record = stored.Record;
        var state = Crc32C.Add(Crc32C.Seed, Encoding.UTF8.GetBytes($"{epoch}/{stored.Sequence}/{record.Kind}/{record.Id}/"));
        return ~Crc32C.Add(state, record.Document.Span);
    }
}
