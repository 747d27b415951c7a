using System.Text;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary>Where a caller looks for what went wrong: standard error, and the file that <c>--log</c> names.</summary>
static class ErrorLog
{
    /// <summary>Reports one error.</summary>
    public static void Write(GlobalOptions? options, string message)
    {
        message = OneLine(message);
        if (options?.LogPath is { } path)
        {
            Append(path, options.LogsJson, "error", message);
        }

        Standard.Complain(message);
    }

    /// <summary>Reports what a container has to do without.</summary>
    public static void Warn(GlobalOptions options, string message)
    {
        message = OneLine(message);
        if (options.LogPath is { } path)
        {
            Append(path, options.LogsJson, "warning", message);
        }
        else
        {
            Standard.Complain("warning: " + message);
        }
    }

    /// <summary>Callers read line by line, and show to people: a name or path of a stranger must not begin a line or steer a terminal.</summary>
    static string OneLine(string message)
    {
        foreach (var character in message)
        {
            if (char.IsControl(character))
            {
                return string.Concat(message.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
            }
        }

        return message;
    }

    static void Append(string path, bool json, string level, string message)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(Clock.Realtime() / 1_000_000).ToString("yyyy-MM-ddTHH:mm:ssZ", null);
        byte[] line = json
            ? [.. new FlatObjectWriter().Add("level", level).Add("msg", message).Add("time", time).Finish(), (byte)'\n']
            : Encoding.UTF8.GetBytes($"time=\"{time}\" level={level} msg=\"{message.Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n");
        try
        {
            using var file = Files.OpenPath(path, Open.WriteOnly | Open.Create | Open.Append, 0b110_100_100);
            Files.Write(file, line, path);
        }
        catch (KernelException e)
        {
            Standard.Complain($"--log: {e.Message}");
        }
    }
}
