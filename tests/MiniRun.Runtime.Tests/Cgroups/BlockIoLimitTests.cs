using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

public sealed class BlockIoLimitTests
{
    static ResourceSpec Weights => new()
    {
        BlockIo = new BlockIoSpec { Weight = 500, DeviceWeights = [new(8, 0, 1000, null), new(8, 16, null, null)] },
    };

    static ResourceSpec Throttles => new()
    {
        BlockIo = new BlockIoSpec
        {
            ReadBytes = [new(8, 0, 1000)], WriteBytes = [new(8, 0, 2000)], ReadOperations = [new(8, 0, 30)], WriteOperations = [new(8, 0, 0)],
        },
    };

    [Theory]
    [InlineData(10, 1)]
    [InlineData(500, 4950)]
    [InlineData(1000, 10000)]
    public void Weights_change_their_scale(ulong v1, ulong v2) => Assert.Equal(v2, LimitWriter.InputOutputWeight(v1));

    [Fact]
    public void Throttles_of_v1_have_a_file_each()
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("blkio", "blkio.throttle.read_bps_device", "blkio.throttle.write_bps_device", "blkio.throttle.read_iops_device", "blkio.throttle.write_iops_device");
        Assert.Empty(host.Warnings(Throttles));
        Assert.Equal("8:0 1000", host.Read("blkio", "blkio.throttle.read_bps_device"));
        Assert.Equal("8:0 2000", host.Read("blkio", "blkio.throttle.write_bps_device"));
        Assert.Equal("8:0 30", host.Read("blkio", "blkio.throttle.read_iops_device"));
        Assert.Equal("8:0 0", host.Read("blkio", "blkio.throttle.write_iops_device"));
    }

    [Fact]
    public void Throttles_of_v2_are_one_line_for_each_device()
    {
        using var host = FakeHost.Unified();
        host.Make("all", "io.max");
        Assert.Empty(host.Warnings(Throttles));
        Assert.Equal("8:0 rbps=1000 wbps=2000 riops=30 wiops=max", host.Read("all", "io.max"));
    }

    [Fact]
    public void A_throttle_that_is_refused_is_named()
    {
        using var host = FakeHost.Unified();
        host.MakeRefusing("all", "io.max");
        var resources = new ResourceSpec { BlockIo = new BlockIoSpec { WriteOperations = [new(8, 0, 7)] } };
        Assert.StartsWith("$.linux.resources.blockIO.throttleWriteIOPSDevice[0]: the kernel refused \"8:0 wiops=7\"", host.Refusal(resources), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blkio.", "blkio.weight", "blkio.weight_device")]
    [InlineData("blkio.bfq.", "blkio.bfq.weight", "blkio.bfq.weight_device")]
    public void Weights_of_v1_go_to_the_scheduler_that_is(string prefix, params string[] files)
    {
        using var host = FakeHost.Hybrid();
        host.MakeAll("blkio", files);
        Assert.Empty(host.Warnings(Weights));
        Assert.Equal("500", host.Read("blkio", prefix + "weight"));
        Assert.Equal("8:0 1000", host.Read("blkio", prefix + "weight_device"));
    }

    [Fact]
    public void Leaf_weights_are_of_old_kernels()
    {
        var resources = new ResourceSpec { BlockIo = new BlockIoSpec { LeafWeight = 20, DeviceWeights = [new(8, 0, null, 30)] } };
        using var old = FakeHost.Hybrid();
        old.MakeAll("blkio", "blkio.weight", "blkio.leaf_weight", "blkio.leaf_weight_device");
        Assert.Empty(old.Warnings(resources));
        Assert.Equal("20", old.Read("blkio", "blkio.leaf_weight"));
        Assert.Equal("8:0 30", old.Read("blkio", "blkio.leaf_weight_device"));
        using var hybrid = FakeHost.Hybrid();
        Assert.StartsWith("$.linux.resources.blockIO.leafWeight: the kernel has no blkio.bfq.leaf_weight", hybrid.Refusal(resources), StringComparison.Ordinal);
        using var unified = FakeHost.Unified();
        Assert.StartsWith("$.linux.resources.blockIO.leafWeight: cgroup v2 has no leaf weight", unified.Refusal(resources), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("io.bfq.weight", "8:0 1000")]
    [InlineData("io.weight", "8:0 10000")]
    public void Weights_of_v2_go_to_the_scheduler_that_is(string file, string last)
    {
        using var host = FakeHost.Unified();
        host.Make("all", file);
        Assert.Empty(host.Warnings(Weights));
        Assert.Equal(last, host.Read("all", file));
    }

    [Fact]
    public void Weights_have_a_range()
    {
        var low = new ResourceSpec { BlockIo = new BlockIoSpec { Weight = 9 } };
        var high = new ResourceSpec { BlockIo = new BlockIoSpec { DeviceWeights = [new(8, 0, 1001, null)] } };
        foreach (var host in (FakeHost[])[FakeHost.Unified(), FakeHost.Hybrid()])
        {
            using (host)
            {
                Assert.Equal("$.linux.resources.blockIO.weight: 9 must be between 10 and 1000", host.Refusal(low));
                Assert.Equal("$.linux.resources.blockIO.weightDevice[0].weight: 1001 must be between 10 and 1000", host.Refusal(high));
            }
        }
    }

    [Fact]
    public void Without_a_controller_a_limit_is_refused_and_no_limit_is_not()
    {
        using var host = FakeHost.Unified("memory");
        Assert.StartsWith("$.linux.resources.blockIO: no writable cgroup hierarchy has the io controller", host.Refusal(Throttles), StringComparison.Ordinal);
        Assert.Empty(host.Warnings(new ResourceSpec { BlockIo = new BlockIoSpec { ReadBytes = [new(8, 0, 0)] } }));
    }
}
