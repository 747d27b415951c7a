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
        var message = new FlatObjectWriter().Add("pid", Pid).Add("startedAt", StartedAt).Add("warnings", string.Join('\n', Warnings));
        if (Error is not null)
        {
            message.Add("error", Error);
        }

        if (Failure is not null)
        {
            message
                .Add("step", Failure.Step)
                .Add("steps", Failure.Steps)
                .Add("call", Failure.Call)
                .Add("path", Failure.Path ?? "")
                .Add("errno", Failure.Errno)
                .Add("hint", Failure.Hint);
        }

        Files.Write(pipe, message.Finish());
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
