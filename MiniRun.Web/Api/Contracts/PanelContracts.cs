namespace MiniRun.Web.Api.Contracts;

/// <summary>What <c>GET /api/v1</c> answers.</summary>
public sealed record ApiResource(string Version, IReadOnlyList<string> Features, ApiLimits Limits);

/// <summary>Bounds that a client can run into.</summary>
public sealed record ApiLimits(int BodyBytes, int PageSize, int LogTail, int GraceSeconds, long MinimumMemoryBytes, double MinimumCpus);

/// <summary>One page of images.</summary>
public sealed record ImagePage(IReadOnlyList<ImageResource> Items);

public sealed record ImageResource(string Name);

/// <summary>The samples of the last ten minutes at most, oldest first.</summary>
public sealed record StatsHistory(IReadOnlyList<StatsResource> Items);

/// <summary>The processes of a container, in the order of their pids in it.</summary>
public sealed record ProcessPage(IReadOnlyList<ProcessResource> Items);

/// <summary>One process of a container.</summary>
/// <param name="Pid">In the container.</param>
/// <param name="HostPid">On the host.</param>
/// <param name="ParentPid">In the container; 0 when its parent is outside.</param>
/// <param name="UserId">The effective user, as the host numbers it.</param>
/// <param name="State">The kernel's letter: R, S, D, T, t, Z, I or X.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="CpuTimeMs">What it computed so far.</param>
/// <param name="Command">Its arguments with blanks between, at most 4 KiB.</param>
public sealed record ProcessResource(
    int Pid, int HostPid, int ParentPid, uint UserId, string State, int Threads, long MemoryBytes, long CpuTimeMs, string Command);

/// <summary>What the host offers and what it cannot enforce; <c>GET /system/info</c>.</summary>
public sealed record HostResource(string Version, string Cgroups, int CpuCount, long MemoryBytes, IReadOnlyList<string> Warnings);

/// <summary>The body of <c>POST /sign-in</c>.</summary>
public sealed record SignInRequest
{
    /// <summary>What follows <c>#ticket=</c> in a sign-in link.</summary>
    public string? Ticket { get; init; }
}

/// <summary>A text frame of the attach WebSocket from the client; exactly one member is set.</summary>
public sealed record AttachControl
{
    public TerminalSize? Resize { get; init; }

    public bool? CloseInput { get; init; }
}

/// <summary>1 to 1000 each.</summary>
public sealed record TerminalSize(int Columns, int Rows);

/// <summary>A text frame of the attach WebSocket from the server; exactly one member is set.</summary>
public sealed record AttachNotice
{
    /// <summary>Bytes that are only in the log, because the client read too slowly.</summary>
    public long? Skipped { get; init; }

    /// <summary>The container ended; a normal close follows.</summary>
    public ExitResource? Exited { get; init; }
}

public sealed record ExitResource(int ExitCode, bool OutOfMemory);
