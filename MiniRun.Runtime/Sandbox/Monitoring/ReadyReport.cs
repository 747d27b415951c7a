using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>The one message that a monitor sends to whoever started it: the container runs, or why it does not.</summary>
sealed record ReadyReport
{
    public int Pid { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public long StartedAt { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>One sentence; null when the container runs.</summary>
    public string? Error { get; init; }

    public LaunchFailure? Failure { get; init; }

    public void Send(SafeFileHandle pipe)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("pid", Pid);
            json.WriteNumber("startedAt", StartedAt);
            json.WriteString("warnings", string.Join('\n', Warnings));
            if (Error is not null)
            {
                json.WriteString("error", Error);
            }

            if (Failure is not null)
            {
                json.WriteNumber("step", Failure.Step);
                json.WriteNumber("steps", Failure.Steps);
                json.WriteString("call", Failure.Call);
                json.WriteString("path", Failure.Path ?? "");
                json.WriteString("errno", Failure.Errno);
                json.WriteString("hint", Failure.Hint);
            }

            json.WriteEndObject();
        }

        Files.Write(pipe, buffer.ToArray());
    }

    /// <exception cref="SpecException">The monitor died before it could say anything.</exception>
    public static ReadyReport Read(ReadOnlySpan<byte> message)
    {
        var fields = FlatObject.Read(message);
        return new ReadyReport
        {
            Pid = fields.SmallNumber("pid"),
            StartedAt = fields.Number("startedAt"),
            Warnings = fields.Text("warnings").Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Error = fields.Has("error") ? fields.Text("error") : null,
            Failure = !fields.Has("step") ? null : new LaunchFailure(
                fields.SmallNumber("step"), fields.SmallNumber("steps"), fields.Text("call"),
                fields.Text("path") is { Length: > 0 } path ? path : null, fields.Text("errno"), fields.Text("hint")),
        };
    }
}
