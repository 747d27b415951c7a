using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using MiniRun.Data.Documents;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data;

/// <summary>What may become a record: kinds and ids become file names, documents become JSON files.</summary>
static partial class RecordRules
{
    public const int MaxDocumentBytes = 16 << 20;

    public static bool IsKind(string kind) => Kind.IsMatch(kind);

    public static bool IsId(string id) => Id.IsMatch(id);

    /// <summary>Returns the record as it is kept: its document without white space between tokens, and not the caller's buffer.</summary>
    /// <exception cref="ArgumentException">A sentence that names what is wrong.</exception>
    public static Record Accept(Record record)
    {
        var (kind, id, document, deleted) = record;
        if (!IsKind(kind))
        {
            throw new ArgumentException($"Kind: \"{kind}\" is not 1 to 64 lower-case letters.", nameof(record));
        }

        if (!IsId(id))
        {
            throw new ArgumentException($"Id: \"{id}\" is not 1 to 128 letters, digits, '_', '.' or '-', the first a letter or digit.", nameof(record));
        }

        if (deleted)
        {
            return document.IsEmpty
                ? record
                : throw new ArgumentException($"Document: {kind}/{id} is deleted, so its document must be empty.", nameof(record));
        }

        if (document.Length > MaxDocumentBytes)
        {
            throw new ArgumentException($"Document: {kind}/{id} has {document.Length} bytes; at most {MaxDocumentBytes} can be kept.", nameof(record));
        }

        return IsJson(document.Span)
            ? record with { Document = JsonLayout.Compact(document.Span) }
            : throw new ArgumentException($"Document: {kind}/{id} is not JSON in UTF-8.", nameof(record));
    }

    static bool IsJson(ReadOnlySpan<byte> document)
    {
        if (!Utf8.IsValid(document))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(document);
            while (reader.Read())
            {
            }

            return reader.BytesConsumed > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // \z, not $: $ would let a trailing line feed through.
    [GeneratedRegex(@"^[a-z]{1,64}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Kind { get; }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id { get; }
}
