namespace MiniRun.Runtime.Demos;

/// <summary>One thing that a demonstration did, or that somebody saw.</summary>
/// <param name="Kind">say, call, change, host, inside or error.</param>
/// <param name="Text">A sentence for people.</param>
/// <param name="Call">The system call that was made, or the source of what was seen.</param>
/// <param name="Microseconds">How long the call took.</param>
/// <param name="Result">What it returned or showed: a number, an errno's symbol, or the text that was read.</param>
public sealed record DemoFact(string Kind, string Text, string? Call = null, long? Microseconds = null, string? Result = null);

/// <summary>The kinds of facts.</summary>
public static class FactKind
{
    /// <summary>What it means; nothing happened.</summary>
    public const string Say = "say";

    /// <summary>A system call was made.</summary>
    public const string Call = "call";

    /// <summary>Something is not any more what it was.</summary>
    public const string Change = "change";

    /// <summary>What a process of the host sees.</summary>
    public const string Host = "host";

    /// <summary>What a process inside sees.</summary>
    public const string Inside = "inside";

    /// <summary>The demonstration cannot go on; the last fact.</summary>
    public const string Error = "error";
}
