using System.Text.Json;
using System.Text.Json.Serialization;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Timeline;

namespace MiniRun.Runtime.Engine;

/// <summary>The timeline of a container's latest start, in its folder once the memory of the start is gone.</summary>
static class KeptTimeline
{
    public const string FileName = "timeline.json";

    /// <summary>Saves what the start has left in the run folder, if anything.</summary>
    public static void Keep(Folder run, Folder bundle)
    {
        if (TimelineReader.Read(run) is { } timeline)
        {
            bundle.Write(FileName, JsonSerializer.SerializeToUtf8Bytes(timeline, TimelineJson.Default.StartTimeline));
        }
    }

    /// <summary>What was saved; null when there is nothing, or a crash has damaged it.</summary>
    public static StartTimeline? Read(Folder bundle)
    {
        try
        {
            return bundle.TryRead(FileName) is { } json ? JsonSerializer.Deserialize(json, TimelineJson.Default.StartTimeline) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StartTimeline))]
sealed partial class TimelineJson : JsonSerializerContext;
