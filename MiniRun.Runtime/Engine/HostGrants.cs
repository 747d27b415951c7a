using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Engine;

/// <summary>The defaults that this host grants. Our own wishes are capped, with a warning; only what a user asks for may fail.</summary>
/// <param name="Rlimits">Type, soft and hard limit.</param>
/// <param name="OomScoreAdjustment">0 when this process is better protected than a container shall be; null to leave it.</param>
sealed record HostGrants(IReadOnlyList<(string Type, ulong Soft, ulong Hard)> Rlimits, int? OomScoreAdjustment, IReadOnlyList<string> Warnings)
{
    const ulong WantedFiles = 524288;
    const ulong WantedFilesSoft = 1024;

    /// <summary>RLIMIT_NOFILE of setrlimit(2).</summary>
    const int OpenFiles = 7;

    public static unsafe HostGrants Detect()
    {
        var limit = stackalloc ulong[2];
        KernelException.Check(Syscall.Invoke(SyscallNumber.Prlimit64, 0, OpenFiles, 0, (ulong)limit), "prlimit64");
        return Decide(limit[1], ReadOomScoreAdjustment());
    }

    internal static HostGrants Decide(ulong hardFiles, int ownOomScoreAdjustment)
    {
        var files = Math.Min(hardFiles, WantedFiles);
        return new HostGrants(
            [("RLIMIT_NOFILE", Math.Min(WantedFilesSoft, files), files), ("RLIMIT_CORE", 0, 0)],
            // Lowering needs CAP_SYS_RESOURCE; raising is always allowed.
            ownOomScoreAdjustment < 0 ? 0 : null,
            files < WantedFiles
                ? [string.Create(CultureInfo.InvariantCulture, $"The limit on open files is {files} instead of {WantedFiles}: this host grants no more.")]
                : []);
    }

    static int ReadOomScoreAdjustment()
    {
        using var file = Files.OpenPath("/proc/self/oom_score_adj", Open.ReadOnly);
        return int.Parse(Encoding.ASCII.GetString(Files.ReadAll(file)), CultureInfo.InvariantCulture);
    }
}
