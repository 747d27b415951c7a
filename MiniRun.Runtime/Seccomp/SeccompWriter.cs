using System.Buffers;
using System.Text.Json;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>Writes a profile as the object <c>seccomp</c> of config.json, without white space: every start reads over it.</summary>
static class SeccompWriter
{
    public static byte[] Write(SeccompSpec profile)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("defaultAction", SeccompReader.Actions[(int)profile.DefaultAction]);
            WriteNumber(json, "defaultErrnoRet", profile.DefaultErrno);
            WriteStrings(json, "architectures", profile.Architectures);
            WriteStrings(json, "flags", profile.Flags);
            WriteText(json, "listenerPath", profile.ListenerPath);
            WriteText(json, "listenerMetadata", profile.ListenerMetadata);
            json.WriteStartArray("syscalls");
            foreach (var rule in profile.Rules)
            {
                json.WriteStartObject();
                WriteStrings(json, "names", rule.Names);
                json.WriteString("action", SeccompReader.Actions[(int)rule.Action]);
                WriteNumber(json, "errnoRet", rule.Errno);
                WriteConditions(json, rule.Conditions);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    static void WriteConditions(Utf8JsonWriter json, IReadOnlyList<SeccompCondition> conditions)
    {
        if (conditions.Count == 0)
        {
            return;
        }

        json.WriteStartArray("args");
        foreach (var condition in conditions)
        {
            json.WriteStartObject();
            json.WriteNumber("index", condition.Index);
            json.WriteNumber("value", condition.Value);
            if (condition.Operator is SeccompOperator.MaskedEqual)
            {
                json.WriteNumber("valueTwo", condition.SecondValue);
            }

            json.WriteString("op", SeccompReader.Operators[(int)condition.Operator]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    static void WriteNumber(Utf8JsonWriter json, string name, uint? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    static void WriteText(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }
}
