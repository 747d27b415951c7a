using System.Text.Json;
using System.Text.Json.Serialization;

namespace MiniRun.Runtime.Engine;

/// <summary>Container definitions as records of the log.</summary>
static class Definitions
{
    public const string Kind = "containers";

    public static Record ToRecord(ContainerDefinition definition) =>
        new(Kind, definition.Id, JsonSerializer.SerializeToUtf8Bytes(definition, EngineJson.Default.ContainerDefinition));

    public static Record Tombstone(string id) => new(Kind, id, ReadOnlyMemory<byte>.Empty, Deleted: true);

    /// <exception cref="JsonException">The document is no definition.</exception>
    public static ContainerDefinition FromRecord(Record record) =>
        JsonSerializer.Deserialize(record.Document.Span, EngineJson.Default.ContainerDefinition)
        ?? throw new JsonException($"{record.Kind}/{record.Id} is null");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(ContainerDefinition))]
sealed partial class EngineJson : JsonSerializerContext;
