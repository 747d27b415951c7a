using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class LimitWriter
{
    const string QuotaField = "cpu.quota";
    const string PeriodField = "cpu.period";
    const string BurstField = "cpu.burst";
    const string SharesField = "cpu.shares";
    const string IdleField = "cpu.idle";
    const string CpuLimit = "the CPU limit";

    void WriteCpu(ResourceSpec resources)
    {
        WriteQuota(resources);
        WriteWeight(resources);
        WriteRealtime(resources);
    }

    /// <summary>The part of <see cref="Write"/> that limits CPU time.</summary>
    public void WriteQuota(ResourceSpec resources)
    {
        // 0 is not set, as callers mean it.
        var quota = resources.CpuQuota is 0 ? null : resources.CpuQuota;
        var period = resources.CpuPeriod is 0 ? null : resources.CpuPeriod;
        if ((quota is null && period is null && resources.CpuBurst is null)
            || Find("cpu", CpuLimit, quota is null && period is null ? BurstField : QuotaField, isLimit: quota > 0 || resources.CpuBurst > 0) is not { } branch)
        {
            return;
        }

        var values = new List<(string, string, string)>(3);
        if (branch.IsUnified)
        {
            if (quota is not null || period is not null)
            {
                values.Add(("cpu.max", Bandwidth(branch, quota, period), quota is null ? PeriodField : QuotaField));
            }
        }
        else
        {
            if (period is { } microseconds)
            {
                values.Add(("cpu.cfs_period_us", Number(microseconds), PeriodField));
            }

            if (quota is { } time)
            {
                values.Add(("cpu.cfs_quota_us", Number(Math.Max(time, -1)), QuotaField));
            }
        }

        if (resources.CpuBurst is { } burst)
        {
            values.Add((branch.IsUnified ? "cpu.max.burst" : "cpu.cfs_burst_us", Number(burst), BurstField));
        }

        PutTogether(branch, CpuLimit, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values));
    }

    /// <summary>"QUOTA PERIOD", or "QUOTA" for the period that is.</summary>
    static string Bandwidth(CgroupBranch branch, long? quota, ulong? period)
    {
        var text = quota > 0 ? Number(quota.Value)
            : quota is null && branch.TryRead("cpu.max") is { Length: > 0 } now ? now.Split(' ', '\n')[0]
            : "max";
        return period is null ? text : $"{text} {Number(period.Value)}";
    }

    void WriteWeight(ResourceSpec resources)
    {
        var shares = resources.CpuShares is 0 ? null : resources.CpuShares;
        if ((shares is null && resources.CpuIdle is null)
            || Find("cpu", shares is null ? IdleField : "the CPU weight", shares is null ? IdleField : SharesField, isLimit: shares is not null || resources.CpuIdle > 0) is not { } branch)
        {
            return;
        }

        // An idle cgroup takes no weight: whichever way it goes, one of the two comes first.
        var values = new List<(string, string, string)>(2);
        if (shares is { } weight)
        {
            values.Add(branch.IsUnified ? ("cpu.weight", Number(Weight(weight)), SharesField) : ("cpu.shares", Number(weight), SharesField));
        }

        if (resources.CpuIdle is { } idle)
        {
            values.Add(("cpu.idle", Number(idle), IdleField));
        }

        PutTogether(branch, "the CPU weight", System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values));
    }

    void WriteRealtime(ResourceSpec resources)
    {
        const string What = "the limit on real-time scheduling";
        var runtime = resources.CpuRealtimeRuntime is 0 ? null : resources.CpuRealtimeRuntime;
        var period = resources.CpuRealtimePeriod is 0 ? null : resources.CpuRealtimePeriod;
        if ((runtime is null && period is null) || FindLegacy("cpu", What, runtime is null ? "cpu.realtimePeriod" : "cpu.realtimeRuntime") is not { } branch)
        {
            return;
        }

        var values = new List<(string, string, string)>(2);
        if (period is { } microseconds)
        {
            values.Add(("cpu.rt_period_us", Number(microseconds), "cpu.realtimePeriod"));
        }

        if (runtime is { } time)
        {
            values.Add(("cpu.rt_runtime_us", Number(time), "cpu.realtimeRuntime"));
        }

        PutTogether(branch, What, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values));
    }

    /// <summary>v1 shares (2 to 262144, usually 1024) as v2 weight (1 to 10000, usually 100), by the quadratic rule that
    /// crun 1.23 and runc 1.3.2 use: the default meets the default.</summary>
    internal static long Weight(ulong shares)
    {
        var l = Math.Log2(Math.Clamp(shares, 2, 262144));
        return (long)Math.Ceiling(Math.Pow(10, (((l * l) + (125 * l)) / 612.0) - (7.0 / 34.0)));
    }

    void WriteCpuset(ResourceSpec resources)
    {
        foreach (var (value, file, field) in (ReadOnlySpan<(string?, string, string)>)[(resources.Cpus, "cpuset.cpus", "cpu.cpus"), (resources.MemoryNodes, "cpuset.mems", "cpu.mems")])
        {
            if (value is { Length: > 0 } && Find("cpuset", field, field) is { } branch)
            {
                Put(branch, file, value, field, field);
            }
        }
    }
}
