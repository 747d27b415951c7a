using System.Text;
using System.Text.Json;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class CgroupStatisticsTests
{
    const string Stall = "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n";

    static readonly ResourceSpec Everything = new()
    {
        BlockIo = new BlockIoSpec { Weight = 10 }, HugePageLimits = [new("2MB", 1)], Rdma = { ["mlx4_0"] = new(1, 1) },
    };

    [Fact]
    public void Of_v2_all_that_is_counted_is_told()
    {
        using var host = FakeHost.Unified();
        host.Make("all", "cpu.stat", "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 4\nnr_throttled 2\nthrottled_usec 9\n");
        host.Make("all", "cpu.pressure", Stall);
        host.Make("all", "memory.current", "1000\n");
        host.Make("all", "memory.max", "4000\n");
        host.Make("all", "memory.peak", "2000\n");
        host.Make("all", "memory.events", "low 0\nhigh 0\nmax 3\noom 0\n");
        host.Make("all", "memory.stat", "file 400\nkernel 70\nanon 500\n");
        host.Make("all", "memory.swap.current", "10\n");
        host.Make("all", "memory.swap.max", "50\n");
        host.Make("all", "memory.swap.events", "max 8\n");
        host.Make("all", "memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
        host.Make("all", "pids.current", "3\n");
        host.Make("all", "pids.max", "7\n");
        host.Make("all", "io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\nnonsense rbytes=1\n");
        host.Make("all", "hugetlb.2MB.current", "2097152\n");
        host.Make("all", "hugetlb.2MB.events", "max 6\n");
        host.Make("all", "hugetlb.2MB.rsvd.current", "1\n");
        host.Make("all", "rdma.current", "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=1 hca_object=9\n");
        host.Make("all", "rdma.max", "mlx4_0 hca_handle=5 hca_object=max\n");
        Assert.Equal(
            """
            {"type":"stats","id":"one","data":{"cpu":{"usage":{"total":30000,"kernel":10000,"user":20000},"throttling":{"periods":4,"throttledPeriods":2,"throttledTime":9000},"psi":{"some":{"avg10":1.5,"avg60":0.25,"avg300":0,"total":77},"full":{"avg10":0,"avg60":0,"avg300":0,"total":5}}},"memory":{"cache":400,"usage":{"limit":4000,"usage":1000,"max":2000,"failcnt":3},"swap":{"limit":4050,"usage":1010,"failcnt":8},"kernel":{"limit":18446744073709551615,"usage":70,"failcnt":0},"kernelTCP":{"limit":0,"failcnt":0},"raw":{"anon":500,"file":400,"kernel":70},"psi":{"some":{"avg10":0,"avg60":0,"avg300":0,"total":1},"full":{"avg10":0,"avg60":0,"avg300":0,"total":0}}},"pids":{"current":3,"limit":7},"blkio":{"ioServiceBytesRecursive":[{"major":8,"op":"Read","value":1},{"major":8,"op":"Write","value":2},{"major":8,"op":"Discard"}],"ioServicedRecursive":[{"major":8,"op":"Read","value":3},{"major":8,"op":"Write","value":4},{"major":8,"op":"Discard"}]},"hugetlb":{"2MB":{"usage":2097152,"failcnt":6}},"rdma":{"mlx4_0":{"hcaHandles":2,"hcaObjects":2000,"hcaHandleLimit":5},"ocrdma1":{"hcaHandles":1,"hcaObjects":9}}}}
            """,
            Json(host.Create(Everything)));
    }

    [Fact]
    public void Of_v1_all_that_is_counted_is_told()
    {
        using var host = FakeHost.Legacy();
        host.Make("cpu", "cpu.stat", "nr_periods 4\nnr_throttled 2\nthrottled_time 9\n");
        host.Make("cpuacct", "cpuacct.usage", "30\n");
        host.Make("cpuacct", "cpuacct.usage_sys", "10\n");
        host.Make("cpuacct", "cpuacct.usage_user", "20\n");
        host.Make("cpuacct", "cpuacct.usage_percpu", "14 16 \n");
        host.Make("cpuacct", "cpuacct.usage_percpu_sys", "4 6\n");
        host.Make("cpuacct", "cpuacct.usage_percpu_user", "10 10\n");
        foreach (var (prefix, factor) in ((string, int)[])[("memory.", 1), ("memory.memsw.", 2), ("memory.kmem.", 3), ("memory.kmem.tcp.", 4)])
        {
            host.Make("memory", prefix + "usage_in_bytes", $"{factor * 10}\n");
            host.Make("memory", prefix + "limit_in_bytes", $"{factor * 100}\n");
            host.Make("memory", prefix + "max_usage_in_bytes", $"{factor * 20}\n");
            host.Make("memory", prefix + "failcnt", $"{factor}\n");
        }

        host.Make("memory", "memory.stat", "rss 7\ncache 5\n");
        host.Make("pids", "pids.current", "3\n");
        host.Make("pids", "pids.max", "max\n");
        host.Make("blkio", "blkio.throttle.io_service_bytes_recursive", "8:0 Read 4096\n8:0 Total 4096\nTotal 4096\n");
        host.Make("blkio", "blkio.throttle.io_serviced_recursive", "8:0 Read 1\n");
        host.Make("hugetlb", "hugetlb.1GB.usage_in_bytes", "1\n");
        host.Make("hugetlb", "hugetlb.1GB.max_usage_in_bytes", "2\n");
        host.Make("hugetlb", "hugetlb.1GB.failcnt", "3\n");
        Assert.Equal(
            """
            {"type":"stats","id":"one","data":{"cpu":{"usage":{"total":30,"percpu":[14,16],"percpu_kernel":[4,6],"percpu_user":[10,10],"kernel":10,"user":20},"throttling":{"periods":4,"throttledPeriods":2,"throttledTime":9}},"memory":{"cache":5,"usage":{"limit":100,"usage":10,"max":20,"failcnt":1},"swap":{"limit":200,"usage":20,"max":40,"failcnt":2},"kernel":{"limit":300,"usage":30,"max":60,"failcnt":3},"kernelTCP":{"limit":400,"usage":40,"max":80,"failcnt":4},"raw":{"cache":5,"rss":7}},"pids":{"current":3},"blkio":{"ioServiceBytesRecursive":[{"major":8,"op":"Read","value":4096},{"major":8,"op":"Total","value":4096}],"ioServicedRecursive":[{"major":8,"op":"Read","value":1}]},"hugetlb":{"1GB":{"usage":1,"max":2,"failcnt":3}}}}
            """,
            Json(host.Create(Everything)));
    }

    [Fact]
    public void What_passed_the_scheduler_is_told_where_it_counts()
    {
        using var host = FakeHost.Hybrid();
        host.Make("blkio", "blkio.bfq.io_service_bytes_recursive", "8:0 Write 9\n");
        host.Make("blkio", "blkio.throttle.io_service_bytes_recursive", "8:0 Write 1\n");
        Assert.Equal([new BlockCounter(8, 0, "Write", 9)], host.Create(Everything).ReadStatistics().Block!.Bytes);
    }

    [Fact]
    public void On_a_hybrid_host_time_is_of_v2_and_throttling_of_v1()
    {
        using var host = FakeHost.Hybrid();
        host.Make("unified", "cpu.stat", "usage_usec 30\n");
        host.Make("unified", "cpu.pressure", Stall);
        host.Make("cpu", "cpu.stat", "nr_periods 4\nthrottled_time 9\n");
        var cpu = host.Create().ReadStatistics().Cpu!;
        Assert.Equal((30_000UL, 4UL, 9UL, 77UL), (cpu.Total, cpu.Periods, cpu.ThrottledTime, cpu.Pressure!.Some.Total));
    }

    [Fact]
    public void A_host_that_counts_nothing_gives_zeros()
    {
        using var host = FakeHost.None();
        Assert.Equal(
            """
            {"type":"stats","id":"one","data":{"cpu":{"usage":{"kernel":0,"user":0},"throttling":{}},"memory":{"usage":{"limit":0,"failcnt":0},"swap":{"limit":0,"failcnt":0},"kernel":{"limit":0,"failcnt":0},"kernelTCP":{"limit":0,"failcnt":0}},"pids":{},"blkio":{},"hugetlb":{}}}
            """,
            Json(host.Create()));
    }

    [Fact]
    [Trait("Category", "Integration")]
    public void The_kernels_own_files_are_read()
    {
        using var host = RealHost.Whole();
        var cgroup = host.Create(new ResourceSpec { MemoryLimit = 64 << 20, MemorySwap = 64 << 20, PidsLimit = 5, CpuQuota = 50_000 });
        using var process = CgroupProcess.Start(cgroup, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; sleep 60");
        Assert.Equal("done", process.ReadLine());
        using var json = JsonDocument.Parse(Json(cgroup));
        var data = json.RootElement.GetProperty("data");
        Assert.True(data.GetProperty("cpu").GetProperty("usage").GetProperty("total").GetUInt64() > 1_000_000);
        Assert.Equal(64UL << 20, data.GetProperty("memory").GetProperty("usage").GetProperty("limit").GetUInt64());
        Assert.InRange(data.GetProperty("memory").GetProperty("usage").GetProperty("usage").GetUInt64(), 1UL, 64UL << 20);
        Assert.True(data.GetProperty("memory").GetProperty("raw").EnumerateObject().Count() > 10);
        Assert.InRange(data.GetProperty("pids").GetProperty("current").GetUInt64(), 1UL, 2UL);
        Assert.Equal(5UL, data.GetProperty("pids").GetProperty("limit").GetUInt64());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a b\n c")]
    [InlineData("a=1\n\n=2")]
    public void Files_without_numbers_have_none(string? text)
    {
        Assert.Empty(FlatFile.Keyed(text));
        Assert.Empty(FlatFile.Row(text));
        Assert.All(FlatFile.Nested(text), line => Assert.Empty(line.Value));
    }

    static string Json(ContainerCgroup cgroup) => Encoding.UTF8.GetString(StatisticsWriter.Write("one", cgroup.ReadStatistics()));
}
