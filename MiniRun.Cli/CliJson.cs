using System.Text.Json;
using System.Text.Json.Serialization;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli;

/// <summary>What this program prints, and what it puts into requests besides the contract types themselves.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(List<ContainerResource>))]
sealed partial class CliJson : JsonSerializerContext;
