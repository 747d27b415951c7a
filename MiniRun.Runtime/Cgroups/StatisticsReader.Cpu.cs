namespace MiniRun.Runtime.Cgroups;

sealed partial class StatisticsReader
{
    const ulong NanosecondsInMicrosecond = 1_000;

    CpuStatistics? ReadCpu()
    {
        var unified = FlatFile.Keyed(cgroup.Unified?.TryRead("cpu.stat"));
        // On hybrid hosts the v2 tree counts time, and v1 what its quota held up.
        var quota = cgroup.With("cpu") is { IsUnified: false } legacy ? FlatFile.Keyed(legacy.TryRead("cpu.stat")) : unified;
        var throttled = quota.TryGetValue("throttled_usec", out var microseconds) ? microseconds * NanosecondsInMicrosecond : quota.GetValueOrDefault("throttled_time");
        var (periods, throttledPeriods) = (quota.GetValueOrDefault("nr_periods"), quota.GetValueOrDefault("nr_throttled"));
        if (unified.TryGetValue("usage_usec", out var usage))
        {
            return new CpuStatistics(
                usage * NanosecondsInMicrosecond, unified.GetValueOrDefault("system_usec") * NanosecondsInMicrosecond, unified.GetValueOrDefault("user_usec") * NanosecondsInMicrosecond,
                [], [], [], periods, throttledPeriods, throttled, ReadPressure("cpu"));
        }

        return cgroup.With("cpuacct") is { } counted && Number(counted, "cpuacct.usage") is { } total
            ? new CpuStatistics(
                total, Number(counted, "cpuacct.usage_sys") ?? 0, Number(counted, "cpuacct.usage_user") ?? 0,
                FlatFile.Row(counted.TryRead("cpuacct.usage_percpu")), FlatFile.Row(counted.TryRead("cpuacct.usage_percpu_sys")), FlatFile.Row(counted.TryRead("cpuacct.usage_percpu_user")),
                periods, throttledPeriods, throttled, Pressure: null)
            : null;
    }
}
