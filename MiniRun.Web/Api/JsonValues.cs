using System.Globalization;
using System.Text.Json;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Api;

/// <summary>Fields that may be written in more than one way.</summary>
static class JsonValues
{
    const string CommandKind = "a string such as \"/bin/bash\" or an array of strings";
    const string EnvironmentKind = "an array of \"NAME=value\" or an object of names and strings";

    public static Command Command(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Runtime.Engine.Command.FromString(value.GetString()!),
        JsonValueKind.Array => Runtime.Engine.Command.FromWords(Strings(value, "command", CommandKind)),
        _ => throw RequestException.WrongType("command", CommandKind),
    };

    public static IReadOnlyList<string> Environment(JsonElement value)
    {
        string[] entries = value.ValueKind switch
        {
            JsonValueKind.Array => Strings(value, "environment", EnvironmentKind),
            JsonValueKind.Object => [.. value.EnumerateObject().Select(static p => p.Value.ValueKind == JsonValueKind.String && !p.Name.Contains('=')
                ? p.Name + "=" + p.Value.GetString()
                : throw RequestException.WrongType("environment." + p.Name, "a string, and a name without '='"))],
            _ => throw RequestException.WrongType("environment", EnvironmentKind),
        };
        return Array.Find(entries, static e => e.IndexOf('=') < 1 || e.Contains('\0')) is { } wrong
            ? throw RequestException.Invalid("environment", $"\"{wrong.Replace("\0", "\\0", StringComparison.Ordinal)}\" is not NAME=value; write a name, '=' and a value without NUL.")
            : entries;
    }

    public static long Bytes(JsonElement value, string field) => value.ValueKind switch
    {
        JsonValueKind.String => ByteSize.Parse(value.GetString()!, field),
        JsonValueKind.Number when value.TryGetInt64(out var bytes) => bytes,
        JsonValueKind.Number => throw RequestException.Invalid(field, $"{value.GetRawText()} is not a number of bytes; use a whole number below 2^63, or a string such as \"64m\"."),
        _ => throw RequestException.WrongType(field, "a number of bytes or a string such as \"64m\""),
    };

    public static double Decimal(JsonElement value, string field)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw RequestException.WrongType(field, "a number or a string such as \"0.5\""),
        };
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw RequestException.Invalid(field, $"\"{text}\" is not a number; write one such as 0.5.");
    }

    static string[] Strings(JsonElement array, string field, string expected) =>
        [.. array.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : throw RequestException.WrongType(field, expected))];
}
