using System.Globalization;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    const ulong DefaultPeriod = 100_000;

    /// <summary>Writes limits, also for a running container. What the host cannot enforce becomes a warning, never silence.</summary>
    /// <exception cref="KernelException">The kernel refused a value, such as a memory limit below what is in use.</exception>
    public void SetLimits(ResourceSpec resources)
    {
        if (resources.MemoryLimit is { } memory)
        {
            SetMemory(memory, resources.MemorySwap);
        }

        if (resources.CpuQuota is { } quota)
        {
            SetCpu(quota, resources.CpuPeriod ?? DefaultPeriod);
        }

        if (resources.CpuShares is { } shares)
        {
            SetShares(shares);
        }

        if (resources.PidsLimit is { } pids && Controlled("pids", "the limit on processes") is { } hierarchy)
        {
            // runtime-spec 1.3: 0 allows the first process alone, negative is unlimited.
            Write(hierarchy, "pids.max", pids < 0 ? "max" : Number(Math.Max(pids, 1)));
        }
    }

    void SetMemory(long limit, long? withSwap)
    {
        if (Controlled("memory", "the memory limit") is not { } hierarchy)
        {
            return;
        }

        if (hierarchy.IsUnified)
        {
            Write(hierarchy, "memory.max", limit < 0 ? "max" : Number(limit));
            if (withSwap is { } total)
            {
                TryWrite(hierarchy, "memory.swap.max", total < 0 ? "max" : Number(Math.Max(total - limit, 0)));
            }

            return;
        }

        // v1 keeps limit <= limit with swap at every moment: whichever way it goes, one order of the two writes is refused.
        var text = Number(limit);
        var swap = withSwap is { } sum ? Number(sum) : null;
        try
        {
            Write(hierarchy, "memory.limit_in_bytes", text);
        }
        catch (KernelException e) when (e.Errno is Errno.EINVAL && swap is not null)
        {
            Write(hierarchy, "memory.memsw.limit_in_bytes", swap);
            Write(hierarchy, "memory.limit_in_bytes", text);
        }

        if (swap is not null)
        {
            TryWrite(hierarchy, "memory.memsw.limit_in_bytes", swap);
        }
    }

    void SetCpu(long quota, ulong period)
    {
        if (Controlled("cpu", "the CPU limit") is not { } hierarchy)
        {
            return;
        }

        if (hierarchy.IsUnified)
        {
            Write(hierarchy, "cpu.max", $"{(quota < 0 ? "max" : Number(quota))} {period}");
            return;
        }

        Write(hierarchy, "cpu.cfs_period_us", period.ToString(CultureInfo.InvariantCulture));
        Write(hierarchy, "cpu.cfs_quota_us", Number(quota < 0 ? -1 : quota));
    }

    void SetShares(ulong shares)
    {
        if (shares == 0 || Controlled("cpu", "the CPU weight") is not { } hierarchy)
        {
            return;
        }

        if (hierarchy.IsUnified)
        {
            Write(hierarchy, "cpu.weight", Number(Weight(shares)));
        }
        else
        {
            Write(hierarchy, "cpu.shares", shares.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>v1 shares (2 to 262144, usually 1024) as v2 weight (1 to 10000, usually 100), by the quadratic rule that
    /// crun 1.23 and runc 1.3.2 use: the default meets the default.</summary>
    internal static long Weight(ulong shares)
    {
        var l = Math.Log2(Math.Clamp(shares, 2, 262144));
        return (long)Math.Ceiling(Math.Pow(10, (((l * l) + (125 * l)) / 612.0) - (7.0 / 34.0)));
    }

    /// <summary>The joined hierarchy with a controller; without one a warning is noted.</summary>
    CgroupHierarchy? Controlled(string controller, string what)
    {
        var hierarchy = _joined.Find(h => h.Controllers.Contains(controller));
        if (hierarchy is null)
        {
            Warnings.Add($"No writable cgroup hierarchy has the {controller} controller: {what} is not enforced.");
        }

        return hierarchy;
    }

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
