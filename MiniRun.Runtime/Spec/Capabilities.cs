using System.Numerics;

namespace MiniRun.Runtime.Spec;

/// <summary>The capabilities of capabilities(7) by number; a set of them is a bit mask.</summary>
static class Capabilities
{
    static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
        "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
        "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
        "CHECKPOINT_RESTORE",
    ];

    /// <summary>How many there are; the highest number is one less.</summary>
    public static int Count => Names.Length;

    /// <summary>Every capability of this table.</summary>
    public static ulong All => (1UL << Count) - 1;

    /// <summary>The number of "CAP_KILL", or -1.</summary>
    public static int Number(string name) =>
        name.StartsWith("CAP_", StringComparison.Ordinal) ? Array.IndexOf(Names, name[4..]) : -1;

    /// <summary>"CAP_KILL" and so on, lowest number first.</summary>
    public static IEnumerable<string> InWords(ulong set)
    {
        for (; set != 0; set &= set - 1)
        {
            var number = BitOperations.TrailingZeroCount(set);
            yield return number < Names.Length ? "CAP_" + Names[number] : $"CAP_{number}";
        }
    }

    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static ulong Mask(params ReadOnlySpan<string> names)
    {
        var mask = 0UL;
        foreach (var name in names)
        {
            var number = Number(name);
            mask |= number >= 0 ? 1UL << number : throw new ArgumentException($"{name} is no capability", nameof(names));
        }

        return mask;
    }
}
