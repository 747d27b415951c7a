using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>A container's scope in the words of systemd: what it does not know of, systemd would reset when it reloads.</summary>
static partial class ScopeProperties
{
    const ulong Infinity = ulong.MaxValue;
    const ulong DefaultPeriod = 100_000;
    const ulong MicrosecondsPerSecond = 1_000_000;

    /// <summary>systemd keeps whole percents of a processor.</summary>
    const ulong QuotaStep = 10_000;

    const string SwapFile = "memory.swap.max";

    /// <summary>The properties of a new scope.</summary>
    /// <param name="isUnified">Whether the controllers are those of v2.</param>
    public static List<UnitProperty> ForStart(SystemdPlace place, string description, int pid, ResourceSpec resources, bool isUnified) =>
    [
        UnitProperty.Of("Description", description),
        UnitProperty.Of("Slice", place.Slice),
        // The runtime writes into it beside systemd.
        UnitProperty.Of("Delegate", true),
        UnitProperty.Pids(pid),
        // Without accounting systemd would make no cgroup for a controller.
        UnitProperty.Of("CPUAccounting", true),
        UnitProperty.Of("MemoryAccounting", true),
        UnitProperty.Of("TasksAccounting", true),
        UnitProperty.Of(isUnified ? "IOAccounting" : "BlockIOAccounting", true),
        // No conflict with the shutdown target: whoever started the container stops it.
        UnitProperty.Of("DefaultDependencies", false),
        // One that failed, because the kernel killed in it, is forgotten like any other once it is empty.
        UnitProperty.Of("CollectMode", "inactive-or-failed"),
        .. isUnified ? [] : Devices(resources),
        .. ForLimits(resources, isUnified),
    ];

    /// <summary>The properties that follow from a change of limits.</summary>
    /// <param name="read">Gives what a file of the v2 cgroup holds after the change.</param>
    public static List<UnitProperty> ForChange(ResourceSpec resources, bool isUnified, Func<string, string?> read)
    {
        var properties = ForLimits(resources, isUnified);
        if (!isUnified)
        {
            // The list is added to, unless an empty one comes first.
            properties.AddRange(resources.Devices.Count > 0 ? [UnitProperty.Pairs("DeviceAllow", []), .. Devices(resources)] : []);
        }
        else if (resources.MemorySwap > 0 && resources.MemoryLimit is not > 0 && read(SwapFile) is { } swap)
        {
            // v2 counts swap apart from memory, whose limit is not among the changes.
            properties.AddRange(ForFile(SwapFile, swap));
        }

        return properties;
    }

    /// <summary>The properties that follow from limits.</summary>
    public static List<UnitProperty> ForLimits(ResourceSpec resources, bool isUnified)
    {
        var properties = new List<UnitProperty>();
        if (resources.MemoryLimit is { } limit and not 0)
        {
            properties.Add(UnitProperty.Of(isUnified ? "MemoryMax" : "MemoryLimit", Bytes(limit)));
        }

        if (isUnified && resources.MemoryReservation is { } reservation and not 0)
        {
            properties.Add(UnitProperty.Of("MemoryLow", Bytes(reservation)));
        }

        // Unlimited memory has unlimited swap, too, unless that is limited.
        var total = resources.MemorySwap is null or 0 && resources.MemoryLimit < 0 ? -1 : resources.MemorySwap;
        if (isUnified && total is { } swap and not 0 && (swap < 0 || resources.MemoryLimit is > 0))
        {
            properties.Add(UnitProperty.Of("MemorySwapMax", swap < 0 ? Infinity : (ulong)Math.Max(swap - resources.MemoryLimit!.Value, 0)));
        }

        AddWeights(properties, resources, isUnified);

        AddQuota(properties, resources);
        if (resources.PidsLimit is { } pids)
        {
            properties.Add(UnitProperty.Of("TasksMax", pids < 0 ? Infinity : (ulong)Math.Max(pids, 1)));
        }

        if (isUnified)
        {
            AddSet(properties, "AllowedCPUs", resources.Cpus, "cpu.cpus");
            AddSet(properties, "AllowedMemoryNodes", resources.MemoryNodes, "cpu.mems");
            foreach (var (file, value) in resources.Unified)
            {
                properties.AddRange(ForFile(file, value));
            }
        }

        return properties;
    }

    static void AddWeights(List<UnitProperty> properties, ResourceSpec resources, bool isUnified)
    {
        if (resources.CpuShares is { } shares and not 0)
        {
            properties.Add(isUnified ? UnitProperty.Of("CPUWeight", (ulong)LimitWriter.Weight(shares)) : UnitProperty.Of("CPUShares", shares));
        }

        if (isUnified && (resources.CpuIdle is > 0 || (resources.CpuIdle is 0 && resources.CpuShares is null or 0)))
        {
            properties.AddRange(ForFile("cpu.idle", resources.CpuIdle > 0 ? "1" : "0"));
        }

        if (isUnified && resources.BlockIo?.Weight is { } weight and > 0)
        {
            properties.Add(UnitProperty.Of("IOWeight", LimitWriter.InputOutputWeight(weight)));
        }
    }

    static ulong Bytes(long bytes) => bytes < 0 ? Infinity : (ulong)bytes;

    static void AddQuota(List<UnitProperty> properties, ResourceSpec resources)
    {
        var period = resources.CpuPeriod is null or 0 ? DefaultPeriod : resources.CpuPeriod.Value;
        if (resources.CpuPeriod is { } given and not 0)
        {
            properties.Add(UnitProperty.Of("CPUQuotaPeriodUSec", given));
        }

        if (resources.CpuQuota is { } quota and not 0)
        {
            // Rounded up: what is below must fit in.
            var perSecond = quota < 0 ? Infinity : (((ulong)quota * MicrosecondsPerSecond / period) + QuotaStep - 1) / QuotaStep * QuotaStep;
            properties.Add(UnitProperty.Of("CPUQuotaPerSecUSec", perSecond));
        }
    }

    static void AddSet(List<UnitProperty> properties, string name, string? list, string field)
    {
        if (list is { Length: > 0 })
        {
            properties.Add(UnitProperty.Bits(name, Bits(list, "$.linux.resources." + field)));
        }
    }

    /// <summary>"0-2,4" as bits, the lowest in the first byte.</summary>
    /// <exception cref="CgroupException">It is no list of numbers and ranges below 8192.</exception>
    internal static byte[] Bits(string list, string field)
    {
        const int Most = 8192;
        var bits = new byte[Most / 8];
        var length = 0;
        foreach (var part in list.Split(','))
        {
            var ends = part.Trim().Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || first > last || last >= Most)
            {
                throw new CgroupException(field, $"\"{list}\" must be a list of numbers and ranges, such as \"0-2,4\"");
            }

            for (var bit = first; bit <= last; bit++)
            {
                bits[bit / 8] |= (byte)(1 << (bit % 8));
            }

            length = Math.Max(length, (last / 8) + 1);
        }

        return bits[..length];
    }

    /// <summary>v1: systemd writes devices.list anew whenever it reloads. In v2 its filter and the runtime's stand side by side.</summary>
    static IEnumerable<UnitProperty> Devices(ResourceSpec resources)
    {
        if (resources.Devices.Count == 0)
        {
            return [];
        }

        var list = LegacyDeviceList.Of(DeviceRules.Effective(resources.Devices));
        var allowed = new List<(string, string)>();
        foreach (var (line, _) in list.AllowsByDefault ? [] : list.Exceptions())
        {
            // "c 136:* rwm"
            var words = line.Split(' ');
            if (NameOf(words[0], words[1]) is { } name)
            {
                allowed.Add((name, words[2]));
            }
        }

        return [UnitProperty.Of("DevicePolicy", list.AllowsByDefault ? "auto" : "strict"), UnitProperty.Pairs("DeviceAllow", allowed)];
    }

    static string? NameOf(string type, string numbers)
    {
        var kind = type == "b" ? "block" : "char";
        return numbers switch
        {
            "*:*" => kind + "-*",
            [.. var major, ':', '*'] => GroupOf(kind, major) is { } group ? $"{kind}-{group}" : null,
            ['*', ':', ..] => null,
            _ => $"/dev/{kind}/{numbers}",
        };
    }

    /// <summary>The name of a major number, which is all that systemd takes: "136 pts" in /proc/devices.</summary>
    static string? GroupOf(string kind, string major)
    {
        using var file = Files.OpenPath("/proc/devices", Open.ReadOnly);
        var sections = Encoding.ASCII.GetString(Files.ReadAll(file)).Split("\n\n");
        var section = Array.Find(sections, s => s.StartsWith(kind, StringComparison.OrdinalIgnoreCase));
        return section?.Split('\n').Select(line => line.Trim().Split(' ', 2)).FirstOrDefault(words => words.Length == 2 && words[0] == major)?[1];
    }
}
