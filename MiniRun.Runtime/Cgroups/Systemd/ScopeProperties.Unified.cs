using System.Globalization;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups.Systemd;

static partial class ScopeProperties
{
    const ulong IdleWeight = 0;
    const ulong UsualWeight = 100;

    /// <summary>The property that keeps what is written to a file of v2; none where systemd leaves the file alone, or the kernel is to
    /// refuse the value.</summary>
    internal static IEnumerable<UnitProperty> ForFile(string file, string value) => file switch
    {
        "memory.min" => Amount("MemoryMin", value),
        "memory.low" => Amount("MemoryLow", value),
        "memory.high" => Amount("MemoryHigh", value),
        "memory.max" => Amount("MemoryMax", value),
        "memory.swap.max" => Amount("MemorySwapMax", value),
        "pids.max" => Amount("TasksMax", value),
        "cpu.weight" => Amount("CPUWeight", value),
        "cpu.idle" => [UnitProperty.Of("CPUWeight", value.Trim() is "1" ? IdleWeight : UsualWeight)],
        "io.weight" => Amount("IOWeight", value.StartsWith("default ", StringComparison.Ordinal) ? value["default ".Length..] : value),
        "cpu.max" => Bandwidth(value.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        "cpuset.cpus" when value.Trim().Length > 0 => [UnitProperty.Bits("AllowedCPUs", Bits(value.Trim(), "$.linux.resources.unified.cpuset.cpus"))],
        "cpuset.mems" when value.Trim().Length > 0 => [UnitProperty.Bits("AllowedMemoryNodes", Bits(value.Trim(), "$.linux.resources.unified.cpuset.mems"))],
        _ => [],
    };

    static IEnumerable<UnitProperty> Amount(string name, string value) => Amount(value) is { } amount ? [UnitProperty.Of(name, amount)] : [];

    /// <summary>As the kernel reads it: "max", or a number with K, M or G at its end.</summary>
    static ulong? Amount(string value)
    {
        value = value.Trim();
        if (value is "max")
        {
            return Infinity;
        }

        var shift = value.Length == 0 ? 0 : char.ToUpperInvariant(value[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        return ulong.TryParse(shift > 0 ? value[..^1] : value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Infinity >> shift ? number << shift : null;
    }

    /// <summary>"QUOTA [PERIOD]", where the quota may be "max".</summary>
    static List<UnitProperty> Bandwidth(string[] words)
    {
        var resources = new ResourceSpec();
        if (words.Length > 0 && Amount(words[0]) is { } quota)
        {
            resources.CpuQuota = quota > long.MaxValue ? -1 : (long)quota;
            resources.CpuPeriod = words.Length > 1 ? Amount(words[1]) : null;
        }

        var properties = new List<UnitProperty>();
        AddQuota(properties, resources);
        return properties;
    }
}
