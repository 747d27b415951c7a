using System.Text.Json;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary>Says which field of a body is at fault and what was expected there, in the terms of JSON instead of .NET.</summary>
static class JsonFailure
{
    const string Body = "body";

    /// <param name="failure">What the serializer threw; null when there was no body.</param>
    /// <param name="type">What the body was read as.</param>
    public static (string Code, string Field, string Detail) Explain(Exception? failure, Type? type)
    {
        if (failure is not JsonException json)
        {
            return ("missing-body", Body, $"{Body}: it is missing; send a JSON object, such as {{\"name\":\"webapp\"}}.");
        }

        // The reader's own exception marks text that is not JSON; without it the text is JSON of another shape.
        if (json.InnerException is JsonException)
        {
            return ("invalid-json", Body, $"{Body}: it is not JSON (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}); check quotes, commas and brackets.");
        }

        var field = json.Path is { } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : Body;
        return ("wrong-type", field, $"{field}: expected {Expected(field, type)}.");
    }

    static string Expected(string field, Type? type)
    {
        var property = type is null ? null : ApiJson.Default.GetTypeInfo(type)?.Properties
            .FirstOrDefault(p => string.Equals(p.Name, field, StringComparison.OrdinalIgnoreCase));
        var kind = property?.PropertyType;
        return (kind is null ? null : Nullable.GetUnderlyingType(kind) ?? kind) switch
        {
            null => "a JSON object",
            var t when t == typeof(string) => "a string",
            var t when t == typeof(bool) => "true or false",
            var t when t == typeof(int) => "a whole number up to 2147483647",
            _ => "another kind of value",
        };
    }
}
