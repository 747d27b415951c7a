using System.Numerics;

namespace MiniRun.Runtime.Spec;

/// <summary>The capabilities of capabilities(7) by number; a set of them is a bit mask.</summary>
static class Capabilities
{
    static readonly string[] Names =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN",
        "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
        "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ",
        "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>Lowest number first.</summary>
    public static ReadOnlySpan<string> All => Names;

    /// <summary>How many there are; the highest number is one less.</summary>
    public static int Count => Names.Length;

    /// <summary>All of them as a set.</summary>
    public static ulong Everything => (1UL << Count) - 1;

    /// <summary>The number of "CAP_KILL", or -1.</summary>
    public static int Number(string name) => Array.IndexOf(Names, name);

    /// <summary>"CAP_KILL" and so on, lowest number first.</summary>
    public static IEnumerable<string> InWords(ulong set)
    {
        for (; set != 0; set &= set - 1)
        {
            var number = BitOperations.TrailingZeroCount(set);
            yield return number < Names.Length ? Names[number] : $"CAP_{number}";
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
