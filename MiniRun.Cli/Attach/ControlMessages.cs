using System.Text.Json;
using System.Text.Json.Serialization;

namespace MiniRun.Cli.Attach;

/// <summary>A text frame to the panel: one of its fields is set.</summary>
sealed record ClientControl(WindowSize? Resize = null, bool? CloseInput = null);

/// <summary>A text frame from the panel: one of its fields is set.</summary>
/// <param name="Skipped">Bytes of output that this connection was too slow for.</param>
/// <param name="Exited">The last message.</param>
sealed record ServerControl(long? Skipped = null, ExitNotice? Exited = null);

sealed record WindowSize(int Columns, int Rows);

sealed record ExitNotice(int? ExitCode, bool OutOfMemory);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientControl))]
[JsonSerializable(typeof(ServerControl))]
sealed partial class ControlJson : JsonSerializerContext;
