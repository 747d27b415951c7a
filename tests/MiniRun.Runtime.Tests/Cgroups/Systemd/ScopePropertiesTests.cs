using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

public sealed class ScopePropertiesTests
{
    static readonly SystemdPlace Place = new("machine.slice", "minirun-one.scope");

    static readonly ResourceSpec Limits = new()
    {
        MemoryLimit = 4096, MemoryReservation = 1024, MemorySwap = 8192, CpuShares = 1024, CpuQuota = 33_333, CpuPeriod = 100_000, PidsLimit = 0, Cpus = "0-2,9", MemoryNodes = "0",
    };

    [Fact]
    public void Limits_have_the_names_of_v2() => Assert.Equal(
        [
            "MemoryMax t 4096", "MemoryLow t 1024", "MemorySwapMax t 4096", "CPUWeight t 100", "CPUQuotaPeriodUSec t 100000",
            // Rounded up to whole percents.
            "CPUQuotaPerSecUSec t 340000",
            "TasksMax t 1", "AllowedCPUs ay 0702", "AllowedMemoryNodes ay 01",
        ],
        Texts(ScopeProperties.ForLimits(Limits, isUnified: true)));

    [Fact]
    public void Limits_have_the_names_of_v1() => Assert.Equal(
        ["MemoryLimit t 4096", "CPUShares t 1024", "CPUQuotaPeriodUSec t 100000", "CPUQuotaPerSecUSec t 340000", "TasksMax t 1"],
        Texts(ScopeProperties.ForLimits(Limits, isUnified: false)));

    [Fact]
    public void No_limit_is_infinity_and_nothing_is_nothing()
    {
        Assert.Equal(
            [$"MemoryMax t {ulong.MaxValue}", $"MemorySwapMax t {ulong.MaxValue}", $"CPUQuotaPerSecUSec t {ulong.MaxValue}", $"TasksMax t {ulong.MaxValue}"],
            Texts(ScopeProperties.ForLimits(new ResourceSpec { MemoryLimit = -1, MemorySwap = -1, CpuQuota = -1, PidsLimit = -1 }, isUnified: true)));
        Assert.Empty(ScopeProperties.ForLimits(new ResourceSpec { MemoryLimit = 0, MemorySwap = 5, CpuQuota = 0, CpuPeriod = 0, CpuShares = 0, Cpus = "" }, isUnified: true));
    }

    [Fact]
    public void Unlimited_memory_has_unlimited_swap() => Assert.Equal(
        [$"MemoryMax t {ulong.MaxValue}", $"MemorySwapMax t {ulong.MaxValue}"], Texts(ScopeProperties.ForLimits(new ResourceSpec { MemoryLimit = -1 }, isUnified: true)));

    [Fact]
    public void What_runs_only_when_nobody_else_does_has_no_weight()
    {
        Assert.Equal(["CPUWeight t 59", "CPUWeight t 0"], Texts(ScopeProperties.ForLimits(new ResourceSpec { CpuShares = 512, CpuIdle = 1 }, isUnified: true)));
        Assert.Equal(["CPUWeight t 59"], Texts(ScopeProperties.ForLimits(new ResourceSpec { CpuShares = 512, CpuIdle = 0 }, isUnified: true)));
        Assert.Equal(["CPUWeight t 100"], Texts(ScopeProperties.ForLimits(new ResourceSpec { CpuIdle = 0 }, isUnified: true)));
    }

    [Theory]
    [InlineData("memory.min", "4096", "MemoryMin t 4096")]
    [InlineData("memory.low", "64K", "MemoryLow t 65536")]
    [InlineData("memory.high", "48m", "MemoryHigh t 50331648")]
    [InlineData("memory.max", "max", "MemoryMax t 18446744073709551615")]
    [InlineData("memory.swap.max", "1G\n", "MemorySwapMax t 1073741824")]
    [InlineData("pids.max", "7", "TasksMax t 7")]
    [InlineData("cpu.weight", "77", "CPUWeight t 77")]
    [InlineData("cpu.idle", "1", "CPUWeight t 0")]
    [InlineData("io.weight", "default 50", "IOWeight t 50")]
    [InlineData("io.weight", "8:0 50", "")]
    [InlineData("cpu.max", "30000 50000", "CPUQuotaPeriodUSec t 50000, CPUQuotaPerSecUSec t 600000")]
    [InlineData("cpu.max", "max", "CPUQuotaPerSecUSec t 18446744073709551615")]
    [InlineData("cpuset.cpus", "0-1", "AllowedCPUs ay 03")]
    [InlineData("cpuset.mems", "0", "AllowedMemoryNodes ay 01")]
    [InlineData("cpuset.cpus", "", "")]
    [InlineData("memory.oom.group", "1", "")]
    [InlineData("memory.max", "nonsense", "")]
    [InlineData("memory.max", "99999999T", "")]
    [InlineData("pids.max", "", "")]
    public void A_file_that_systemd_writes_is_a_property(string file, string value, string properties)
    {
        Assert.Equal(properties, string.Join(", ", Texts([.. ScopeProperties.ForFile(file, value)])));
        var resources = new ResourceSpec { Unified = { [file] = value } };
        Assert.Equal(properties, string.Join(", ", Texts(ScopeProperties.ForLimits(resources, isUnified: true))));
        Assert.Empty(ScopeProperties.ForLimits(resources, isUnified: false));
    }

    [Fact]
    public void A_change_of_swap_alone_is_what_the_kernel_made_of_it()
    {
        var swap = new ResourceSpec { MemorySwap = 8192 };
        Assert.Equal(["MemorySwapMax t 4096"], Texts(ScopeProperties.ForChange(swap, isUnified: true, file => file is "memory.swap.max" ? "4096\n" : null)));
        Assert.Empty(ScopeProperties.ForChange(swap, isUnified: true, _ => null));
        Assert.Empty(ScopeProperties.ForChange(swap, isUnified: false, _ => "4096"));
    }

    [Fact]
    public void In_v1_a_changed_list_of_devices_replaces_the_other()
    {
        var resources = new ResourceSpec { Devices = [new(true, 'a', null, null, "rwm")] };
        Assert.Equal(["DeviceAllow a(ss) ", "DevicePolicy s auto", "DeviceAllow a(ss) "], Texts(ScopeProperties.ForChange(resources, isUnified: false, _ => null)));
        Assert.Empty(ScopeProperties.ForChange(resources, isUnified: true, _ => null));
    }

    [Fact]
    public void A_scope_starts_with_its_process_and_is_delegated() => Assert.Equal(
        [
            "Description s one", "Slice s machine.slice", "Delegate b True", "PIDs au 17", "CPUAccounting b True", "MemoryAccounting b True", "TasksAccounting b True",
            "IOAccounting b True", "DefaultDependencies b False", "CollectMode s inactive-or-failed",
        ],
        Texts(ScopeProperties.ForStart(Place, "one", 17, new ResourceSpec { Devices = [new(false, 'a', null, null, "rwm")] }, isUnified: true)));

    [Fact]
    public void In_v1_systemd_knows_the_devices()
    {
        var properties = ScopeProperties.ForStart(Place, "one", 17, new ResourceSpec { Devices = [new(false, 'a', null, null, "rwm"), new(true, 'b', 8, 0, "r"), new(true, 'c', 4095, null, "r"), new(true, 'c', null, 7, "r")] }, isUnified: false);
        Assert.Contains("DevicePolicy s strict", Texts(properties));
        var devices = Texts(properties).Single(t => t.StartsWith("DeviceAllow", StringComparison.Ordinal));
        Assert.Contains("/dev/char/1:3=rwm", devices, StringComparison.Ordinal);
        Assert.Contains("char-*=m", devices, StringComparison.Ordinal);
        Assert.Contains("/dev/block/8:0=rm", devices, StringComparison.Ordinal);
        Assert.Contains("char-pts=rwm", devices, StringComparison.Ordinal);
        // A major number that no driver has, and one minor number of all drivers, have no name.
        Assert.DoesNotContain("4095", devices, StringComparison.Ordinal);
        Assert.DoesNotContain("=r,", devices, StringComparison.Ordinal);
        properties = ScopeProperties.ForStart(Place, "one", 17, new ResourceSpec { Devices = [new(true, 'a', null, null, "rwm")] }, isUnified: false);
        Assert.Equal(["DevicePolicy s auto", "DeviceAllow a(ss) "], Texts(properties).Where(t => t.StartsWith("Device", StringComparison.Ordinal)));
        Assert.DoesNotContain("Device", string.Concat(Texts(ScopeProperties.ForStart(Place, "one", 17, new ResourceSpec(), isUnified: false))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", "01")]
    [InlineData("0-7", "FF")]
    [InlineData("8", "0001")]
    [InlineData("1, 3-4,16", "1A0001")]
    public void A_list_is_bits(string list, string bits) => Assert.Equal(bits, Convert.ToHexString(ScopeProperties.Bits(list, "x")));

    [Theory]
    [InlineData("a")]
    [InlineData("1-2-3")]
    [InlineData("3-1")]
    [InlineData("-1")]
    [InlineData("0,")]
    [InlineData("99999999")]
    public void A_list_of_something_else_is_refused(string list) => Assert.Equal(
        "$.linux.resources.cpu.cpus", Assert.Throws<CgroupException>(() => ScopeProperties.ForLimits(new ResourceSpec { Cpus = list }, isUnified: true)).Field);

    internal static List<string> Texts(List<UnitProperty> properties) => properties.ConvertAll(property =>
    {
        var writer = new DbusWriter();
        property.Write(writer);
        var bytes = writer.Written.ToArray();
        var reader = new DbusReader(bytes);
        return $"{property.Name} {property.Signature} " + property.Signature switch
        {
            "s" => reader.Text(),
            "b" => reader.UInt32() == 1,
            "t" => BitConverter.ToUInt64(bytes),
            "i" or "u" => $"{reader.UInt32()}",
            "x" => BitConverter.ToInt64(bytes),
            "as" => Listed(bytes),
            "au" => BitConverter.ToUInt32(bytes, 4),
            "ay" => Convert.ToHexString(bytes[4..]),
            _ => Pairs(bytes),
        };
    });

    static string Listed(byte[] bytes)
    {
        var texts = new List<string>();
        var reader = new DbusReader(bytes);
        reader.UInt32();
        while (reader.Position < bytes.Length)
        {
            texts.Add(reader.Text());
        }

        return string.Join(',', texts);
    }

    static string Pairs(byte[] bytes)
    {
        var pairs = new List<string>();
        var reader = new DbusReader(bytes);
        reader.UInt32();
        reader.Align(8);
        while (reader.Position < bytes.Length)
        {
            reader.Align(8);
            pairs.Add($"{reader.Text()}={reader.Text()}");
        }

        return string.Join(',', pairs);
    }
}
