using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>What a process becomes beyond its own specification.</summary>
sealed record ProcessSettings
{
    /// <summary>Descriptors that become 0, 1 and 2; null leaves the caller's.</summary>
    public (int Input, int Output, int Error)? Streams { get; init; }

    /// <summary>Which of 0, 1 and 2 are pipes, and become the user's own.</summary>
    public IReadOnlyList<int> Pipes { get; init; } = [];

    /// <summary>The signals that the launcher ignores, bit n for signal n + 1.</summary>
    public required ulong IgnoredSignals { get; init; }

    /// <summary>The capabilities that this kernel has and that this process may give, as a mask.</summary>
    public required ulong GrantableCapabilities { get; init; }

    /// <summary>How many descriptors from 3 on the program inherits.</summary>
    public int PreservedDescriptors { get; init; }

    /// <summary>The seccomp filter; null leaves every call allowed.</summary>
    public SeccompProgram? Filter { get; init; }

    /// <summary>The child's end of the pair on which it waits for its parent.</summary>
    public int Sync { get; init; }

    /// <summary>The session keyring that it gets; null leaves the caller's.</summary>
    public string? Keyring { get; init; }

    /// <summary>The argument of personality(2), which is the container's; null leaves the caller's.</summary>
    public uint? Personality { get; init; }

    /// <summary>Where its memory lies, which is the container's policy; null leaves the caller's.</summary>
    public MemoryPolicySpec? MemoryPolicy { get; init; }
}
