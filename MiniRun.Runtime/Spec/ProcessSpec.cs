namespace MiniRun.Runtime.Spec;

/// <summary>config.md, "Process"; also the document that <c>exec --process</c> names.</summary>
sealed class ProcessSpec
{
    public bool Terminal { get; set; }

    /// <summary>Columns and rows of the terminal; 0 leaves them to the kernel.</summary>
    public (int Columns, int Rows) ConsoleSize { get; set; }

    public UserSpec User { get; set; } = new();

    public List<string> Arguments { get; set; } = [];

    public List<string> Environment { get; set; } = [];

    public string WorkingDirectory { get; set; } = "/";

    /// <summary>Null leaves none.</summary>
    public CapabilitySpec? Capabilities { get; set; }

    public List<RlimitSpec> Rlimits { get; set; } = [];

    public bool NoNewPrivileges { get; set; }

    /// <summary>-1000 to 1000.</summary>
    public int? OomScoreAdjustment { get; set; }

    /// <summary>Empty for none.</summary>
    public string AppArmorProfile { get; set; } = "";

    /// <summary>Empty for none.</summary>
    public string SelinuxLabel { get; set; } = "";

    public SchedulerSpec? Scheduler { get; set; }

    public IoPrioritySpec? IoPriority { get; set; }

    public CpuAffinitySpec? CpuAffinity { get; set; }
}

sealed class UserSpec
{
    public uint Uid { get; set; }

    public uint Gid { get; set; }

    public List<uint> AdditionalGids { get; set; } = [];

    /// <summary>Permission bits; null leaves 022.</summary>
    public int? Umask { get; set; }
}

/// <summary>The five sets of capabilities(7) as bit masks, bit n for capability number n.</summary>
sealed class CapabilitySpec
{
    public ulong Bounding { get; set; }

    public ulong Effective { get; set; }

    public ulong Permitted { get; set; }

    public ulong Inheritable { get; set; }

    public ulong Ambient { get; set; }
}

/// <summary>One resource limit of setrlimit(2).</summary>
readonly record struct RlimitSpec(int Resource, ulong Soft, ulong Hard);

/// <summary>The arguments of sched_setattr(2).</summary>
/// <param name="Policy">SCHED_* of sched(7): 0 OTHER, 1 FIFO, 2 RR, 3 BATCH, 5 IDLE, 6 DEADLINE.</param>
/// <param name="Nice">-20 to 19.</param>
/// <param name="Priority">1 to 99 for the real-time policies, else 0.</param>
/// <param name="Flags">SCHED_FLAG_* bits.</param>
/// <param name="Runtime">Nanoseconds, for SCHED_DEADLINE, as are the next two.</param>
sealed record SchedulerSpec(uint Policy, int Nice, uint Priority, ulong Flags, ulong Runtime, ulong Deadline, ulong Period);

/// <summary>The arguments of ioprio_set(2).</summary>
/// <param name="Class">1 real time, 2 best effort, 3 idle.</param>
/// <param name="Priority">0 (highest) to 7.</param>
sealed record IoPrioritySpec(int Class, int Priority);

/// <summary>Which CPUs a process of <c>exec</c> may use: bit n of the mask for CPU n, lowest word first; null leaves them.</summary>
/// <param name="Initial">While the runtime prepares it.</param>
/// <param name="Final">From the start of its program on.</param>
sealed record CpuAffinitySpec(ulong[]? Initial, ulong[]? Final);
