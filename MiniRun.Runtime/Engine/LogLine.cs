namespace MiniRun.Runtime.Engine;

/// <summary>One line of a container's output.</summary>
/// <param name="Time">When it was written.</param>
/// <param name="Text">Without the line feed; bytes that are not UTF-8 appear as U+FFFD.</param>
/// <param name="Partial">Whether no line feed follows: the stream's next line goes on where this one ends.</param>
public sealed record LogLine(DateTimeOffset Time, OutputStream Stream, string Text, bool Partial);

/// <summary>Which part of a log to read.</summary>
/// <param name="Tail">Only the last n lines, 0 to 100,000; null means all.</param>
/// <param name="Since">Only lines at or after this time.</param>
/// <param name="Follow">Go on with new lines until the container ends.</param>
public sealed record LogQuery(int? Tail = null, DateTimeOffset? Since = null, bool Follow = false);
