namespace MiniRun.Runtime.Seccomp;

/// <summary>A filter as seccomp(2) takes it.</summary>
sealed class SeccompProgram
{
    readonly ReadOnlyMemory<byte> _instructions;

    /// <param name="instructions">struct sock_filter after struct sock_filter, eight bytes each, 1 to 4,096 of them.</param>
    /// <param name="flags">SECCOMP_FILTER_FLAG_*.</param>
    public SeccompProgram(ReadOnlyMemory<byte> instructions, SeccompFlags flags)
    {
        _instructions = instructions;
        Flags = flags;
    }

    public ReadOnlySpan<byte> Instructions => _instructions.Span;

    /// <summary>How many instructions there are: sock_fprog.len.</summary>
    public int Length => _instructions.Length / 8;

    /// <summary>The second argument of seccomp(SECCOMP_SET_MODE_FILTER).</summary>
    public SeccompFlags Flags { get; }

    /// <summary>Whether the call returns a descriptor that an agent must get (see <see cref="SeccompNotify"/>).</summary>
    public bool NeedsListener => Flags.HasFlag(SeccompFlags.NewListener);
}

/// <summary>SECCOMP_FILTER_FLAG_* of linux/seccomp.h.</summary>
[Flags]
enum SeccompFlags
{
    None = 0,
    SynchronizeThreads = 1,
    Log = 2,
    AllowSpeculation = 4,
    NewListener = 8,

    /// <summary>The kernel demands it where threads are synchronized and a listener is made.</summary>
    SynchronizeThreadsOrFail = 16,
    WaitKillable = 32,
}
