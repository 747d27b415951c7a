using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Spec;

/// <summary>What every container is denied unless somebody asks for it (SECURITY, "Default hardening").</summary>
static class Hardening
{
    /// <summary>Podman's eleven: Docker's without MKNOD, NET_RAW and AUDIT_WRITE.</summary>
    public static IReadOnlyList<string> Capabilities { get; } =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETFCAP",
        "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
    ];

    /// <summary>What tells about the host or its hardware.</summary>
    public static IReadOnlyList<string> MaskedPaths { get; } =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
        "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs/selinux",
        .. PossibleProcessors().Select(cpu => string.Create(CultureInfo.InvariantCulture, $"/sys/devices/system/cpu/cpu{cpu}/thermal_throttle")),
    ];

    /// <summary>What changes the host when written.</summary>
    public static IReadOnlyList<string> ReadOnlyPaths { get; } =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>Of a network of its own: low ports and echo requests need no capability there.</summary>
    public static IReadOnlyDictionary<string, string> NetworkParameters { get; } = new Dictionary<string, string>
    {
        ["net.ipv4.ip_unprivileged_port_start"] = "0",
        ["net.ipv4.ping_group_range"] = "0 2147483647",
    };

    /// <summary>Those that could be put in too. Not Environment.ProcessorCount, which counts those that this process may run on.</summary>
    static IEnumerable<int> PossibleProcessors()
    {
        const int Highest = 8191;
        var mask = NumberList.ToMask(ReadPossible(), Highest) ?? [];
        return Enumerable.Range(0, mask.Length * 64).Where(cpu => (mask[cpu / 64] >> cpu % 64 & 1) != 0);
    }

    static string ReadPossible()
    {
        try
        {
            using var file = Files.OpenPath("/sys/devices/system/cpu/possible", Open.ReadOnly);
            return Encoding.ASCII.GetString(Files.ReadAll(file)).Trim();
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            // A host without /sys shows none to containers either.
            return "";
        }
    }
}
