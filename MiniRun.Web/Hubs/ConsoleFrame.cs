using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using MessagePack;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hubs;

/// <summary>What a console tells the browser. The names are the wire's, in MessagePack and in JSON.</summary>
[MessagePackObject]
public sealed record ConsoleFrame
{
    /// <summary>hello (always first), output, skipped or exited.</summary>
    [Key("kind"), JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>In hello: whether the console is a terminal.</summary>
    [Key("terminal"), JsonPropertyName("terminal")]
    public bool? Terminal { get; init; }

    /// <summary>In output: 1 for stdout, 2 for stderr.</summary>
    [Key("stream"), JsonPropertyName("stream")]
    public int? Stream { get; init; }

    [Key("data"), JsonPropertyName("data")]
    public byte[]? Data { get; init; }

    /// <summary>In skipped: bytes that are only in the log.</summary>
    [Key("skipped"), JsonPropertyName("skipped")]
    public long? Skipped { get; init; }

    [Key("exitCode"), JsonPropertyName("exitCode")]
    public int? ExitCode { get; init; }

    [Key("outOfMemory"), JsonPropertyName("outOfMemory")]
    public bool? OutOfMemory { get; init; }

    public static ConsoleFrame Hello(bool terminal) => new() { Kind = "hello", Terminal = terminal };

    public static ConsoleFrame Of(ConsoleEvent e) => e switch
    {
        ConsoleOutput o => new() { Kind = "output", Stream = (int)o.Stream, Data = ToArray(o.Bytes) },
        ConsoleSkipped s => new() { Kind = "skipped", Skipped = s.Bytes },
        ConsoleExited x => new() { Kind = "exited", ExitCode = x.ExitCode, OutOfMemory = x.OutOfMemory },
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "No frame exists for this event."),
    };

    /// <summary>Without a copy when the bytes are a whole array already.</summary>
    static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is { } array && segment.Offset == 0 && segment.Count == array.Length
            ? array
            : bytes.ToArray();
}
