using System.Text.Json;
using System.Text.Json.Serialization;
using MiniRun.Cli.Attach;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli;

/// <summary>What this program writes and reads besides the contract types themselves.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(List<ContainerResource>))]
[JsonSerializable(typeof(ClientControl))]
[JsonSerializable(typeof(ServerControl))]
sealed partial class CliJson : JsonSerializerContext;
