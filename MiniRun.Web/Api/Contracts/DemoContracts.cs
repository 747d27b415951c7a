namespace MiniRun.Web.Api.Contracts;

/// <summary>The demonstrations, in the order in which they explain each other.</summary>
public sealed record DemoPage(IReadOnlyList<DemoResource> Items);

public sealed record DemoResource(string Name, string Title, string Purpose);

/// <summary>One thing that a demonstration did or that somebody saw, as NDJSON and server-sent events carry it.</summary>
public sealed record DemoFactResource
{
    /// <summary>say, call, change, host, inside or error.</summary>
    public required string Kind { get; init; }

    public required string Text { get; init; }

    /// <summary>The system call that was made, or the source of what was seen.</summary>
    public string? Call { get; init; }

    /// <summary>How long the call took.</summary>
    public long? Microseconds { get; init; }

    /// <summary>What it returned or showed.</summary>
    public string? Result { get; init; }
}
