using System.Text.Json;

namespace MiniRun.Runtime.Spec;

static class JsonLists
{
    /// <summary>A property that is an array of strings.</summary>
    public static void WriteStrings(this Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
