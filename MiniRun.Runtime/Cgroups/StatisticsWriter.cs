using System.Buffers;
using System.Text.Json;

namespace MiniRun.Runtime.Cgroups;

/// <summary>Statistics as the JSON that <c>runc events --stats</c> prints and its callers read: zero and empty values are left
/// out where runc leaves them out.</summary>
static class StatisticsWriter
{
    /// <summary>One event, on one line without its end.</summary>
    public static byte[] Write(string id, CgroupStatistics statistics)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "stats");
            json.WriteString("id", id);
            json.WriteStartObject("data");
            WriteCpu(json, statistics.Cpu);
            WriteMemory(json, statistics.Memory);
            WritePids(json, statistics.Pids);
            WriteBlock(json, statistics.Block);
            WriteHugePages(json, statistics.HugePages);
            WriteRdma(json, statistics.Rdma);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    static void WriteCpu(Utf8JsonWriter json, CpuStatistics? cpu)
    {
        json.WriteStartObject("cpu");
        json.WriteStartObject("usage");
        WriteUnlessZero(json, "total", cpu?.Total ?? 0);
        WriteRow(json, "percpu", cpu?.PerCpu);
        WriteRow(json, "percpu_kernel", cpu?.PerCpuKernel);
        WriteRow(json, "percpu_user", cpu?.PerCpuUser);
        json.WriteNumber("kernel", cpu?.Kernel ?? 0);
        json.WriteNumber("user", cpu?.User ?? 0);
        json.WriteEndObject();
        json.WriteStartObject("throttling");
        WriteUnlessZero(json, "periods", cpu?.Periods ?? 0);
        WriteUnlessZero(json, "throttledPeriods", cpu?.ThrottledPeriods ?? 0);
        WriteUnlessZero(json, "throttledTime", cpu?.ThrottledTime ?? 0);
        json.WriteEndObject();
        WritePressure(json, cpu?.Pressure);
        json.WriteEndObject();
    }

    static void WriteMemory(Utf8JsonWriter json, MemoryStatistics? memory)
    {
        json.WriteStartObject("memory");
        WriteUnlessZero(json, "cache", memory?.Cache ?? 0);
        WriteCounter(json, "usage", memory?.Usage);
        WriteCounter(json, "swap", memory?.Swap);
        WriteCounter(json, "kernel", memory?.Kernel);
        WriteCounter(json, "kernelTCP", memory?.KernelTcp);
        if (memory?.Raw.Count > 0)
        {
            json.WriteStartObject("raw");
            foreach (var (key, value) in memory.Raw)
            {
                json.WriteNumber(key, value);
            }

            json.WriteEndObject();
        }

        WritePressure(json, memory?.Pressure);
        json.WriteEndObject();
    }

    static void WriteCounter(Utf8JsonWriter json, string name, MemoryCounter? counter)
    {
        json.WriteStartObject(name);
        json.WriteNumber("limit", counter?.Limit ?? 0);
        WriteUnlessZero(json, "usage", counter?.Usage ?? 0);
        WriteUnlessZero(json, "max", counter?.Most ?? 0);
        json.WriteNumber("failcnt", counter?.Failures ?? 0);
        json.WriteEndObject();
    }

    static void WritePids(Utf8JsonWriter json, PidsStatistics? pids)
    {
        json.WriteStartObject("pids");
        WriteUnlessZero(json, "current", pids?.Current ?? 0);
        WriteUnlessZero(json, "limit", pids?.Limit ?? 0);
        json.WriteEndObject();
    }

    static void WriteBlock(Utf8JsonWriter json, BlockStatistics? block)
    {
        json.WriteStartObject("blkio");
        WriteCounters(json, "ioServiceBytesRecursive", block?.Bytes);
        WriteCounters(json, "ioServicedRecursive", block?.Operations);
        WritePressure(json, block?.Pressure);
        json.WriteEndObject();
    }

    static void WriteCounters(Utf8JsonWriter json, string name, IReadOnlyList<BlockCounter>? counters)
    {
        if (counters is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var counter in counters)
        {
            json.WriteStartObject();
            WriteUnlessZero(json, "major", counter.Major);
            WriteUnlessZero(json, "minor", counter.Minor);
            json.WriteString("op", counter.Operation);
            WriteUnlessZero(json, "value", counter.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteHugePages(Utf8JsonWriter json, IReadOnlyDictionary<string, HugePageStatistics> sizes)
    {
        json.WriteStartObject("hugetlb");
        foreach (var (size, pages) in sizes)
        {
            json.WriteStartObject(size);
            WriteUnlessZero(json, "usage", pages.Usage);
            WriteUnlessZero(json, "max", pages.Most);
            json.WriteNumber("failcnt", pages.Failures);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>runc counts RDMA but prints none of it; a reader that does not know the key passes over it.</summary>
    static void WriteRdma(Utf8JsonWriter json, IReadOnlyDictionary<string, RdmaStatistics> devices)
    {
        if (devices.Count == 0)
        {
            return;
        }

        json.WriteStartObject("rdma");
        foreach (var (name, device) in devices)
        {
            json.WriteStartObject(name);
            json.WriteNumber("hcaHandles", device.CurrentHandles);
            json.WriteNumber("hcaObjects", device.CurrentObjects);
            WriteUnlessZero(json, "hcaHandleLimit", device.HandleLimit ?? 0);
            WriteUnlessZero(json, "hcaObjectLimit", device.ObjectLimit ?? 0);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    static void WritePressure(Utf8JsonWriter json, Pressure? pressure)
    {
        if (pressure is null)
        {
            return;
        }

        json.WriteStartObject("psi");
        WriteStall(json, "some", pressure.Some);
        WriteStall(json, "full", pressure.Full ?? default);
        json.WriteEndObject();
    }

    static void WriteStall(Utf8JsonWriter json, string name, Stall stall)
    {
        json.WriteStartObject(name);
        json.WriteNumber("avg10", stall.Average10);
        json.WriteNumber("avg60", stall.Average60);
        json.WriteNumber("avg300", stall.Average300);
        json.WriteNumber("total", stall.Total);
        json.WriteEndObject();
    }

    static void WriteRow(Utf8JsonWriter json, string name, IReadOnlyList<ulong>? values)
    {
        if (values is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    static void WriteUnlessZero(Utf8JsonWriter json, string name, ulong value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }
}
