namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Limits that change while a container runs, as the kernel's own files tell it afterwards.</summary>
[Trait("Category", "Integration")]
public sealed class UpdateVerbTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public async ValueTask InitializeAsync() => await _host.RunDetachedAsync("sleep 1000");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("--memory=64m", "67108864", "memory.limit_in_bytes", "memory.max")]
    [InlineData("--memory=67108864", "67108864", "memory.limit_in_bytes", "memory.max")]
    [InlineData("--memory-reservation=32M", "33554432", "memory.soft_limit_in_bytes", "memory.low")]
    [InlineData("--pids-limit=77", "77", "pids.max", "pids.max")]
    [InlineData("--pids-limit=-1", "max", "pids.max", "pids.max")]
    [InlineData("--cpu-quota=30000", "30000", "cpu.cfs_quota_us", "cpu.max")]
    [InlineData("--cpu-shares=512", "512", "cpu.shares", null)]
    [InlineData("--cpu-share=256", "256", "cpu.shares", null)]
    [InlineData("--cpuset-cpus=0", "0", "cpuset.cpus", "cpuset.cpus")]
    [InlineData("--cpuset-mems=0", "0", "cpuset.mems", "cpuset.mems")]
    [InlineData("--cpu-idle=1", "1", "cpu.idle", "cpu.idle")]
    public async Task One_limit_by_its_flag(string flag, string expected, string legacy, string? unified)
    {
        Assert.Equal("", await _host.OutputAsync("update", flag, _host.Id));
        Assert.StartsWith(expected, Read(legacy, unified), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quota_comes_with_its_period()
    {
        await _host.OutputAsync("update", "--cpu-period", "50000", "--cpu-quota", "20000", _host.Id);
        Assert.Equal("20000", Read("cpu.cfs_quota_us", "cpu.max").Split(' ')[0]);
        Assert.Equal("50000", Read("cpu.cfs_period_us", "cpu.max").Split(' ')[^1]);
        await _host.OutputAsync("update", "--cpu-quota", "-1", _host.Id);
        Assert.Contains(Read("cpu.cfs_quota_us", "cpu.max").Split(' ')[0], (string[])["-1", "max"]);
    }

    [Fact]
    public async Task A_burst_comes_with_its_quota()
    {
        await _host.OutputAsync("update", "--cpu-quota", "20000", "--cpu-burst", "10000", _host.Id);
        Assert.Equal("10000", Read("cpu.cfs_burst_us", "cpu.max.burst"));
        await _host.OutputAsync("update", "--cpu-burst", "15000", _host.Id);
        Assert.Equal("15000", Read("cpu.cfs_burst_us", "cpu.max.burst"));
    }

    [Fact]
    public async Task Swap_comes_with_memory()
    {
        await _host.OutputAsync("update", "--memory", "64m", "--memory-swap", "96m", _host.Id);
        Assert.Contains(Read("memory.memsw.limit_in_bytes", "memory.swap.max"), (string[])["100663296", "33554432"]);
    }

    [Theory]
    [InlineData("--kernel-memory")]
    [InlineData("--kernel-memory-tcp")]
    public async Task A_limit_that_kernels_no_longer_have_is_ignored_with_a_warning(string flag)
    {
        var outcome = await _host.RunAsync("update", flag, "16m", "--pids-limit", "66", _host.Id);
        Assert.Equal((0, "66"), (outcome.ExitCode, Read("pids.max", "pids.max")));
        Assert.StartsWith($"minirun-runtime: warning: {flag}: is ignored", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("file")]
    public async Task Many_limits_by_a_document(string source)
    {
        File.WriteAllText(_host["resources"], """{"memory":{"limit":50331648},"pids":{"limit":55},"cpu":{"shares":300}}""");
        var outcome = await _host.RunAsync(new Call("update", $"--resources={(source == "-" ? "-" : _host["resources"])}", _host.Id) { Input = _host["resources"] });
        Assert.Equal((0, "", ""), (outcome.ExitCode, outcome.Output, outcome.Error));
        Assert.StartsWith("50331648", Read("memory.limit_in_bytes", "memory.max"), StringComparison.Ordinal);
        Assert.StartsWith("55", Read("pids.max", "pids.max"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"pids\":{\"limit\":\"7\"}}", "$.pids.limit")]
    [InlineData("{\"memory\":[]}", "$.memory")]
    [InlineData("nonsense", "$")]
    public async Task A_document_that_is_wrong_is_named_by_its_path_and_changes_nothing(string document, string path)
    {
        var before = Read("pids.max", "pids.max");
        File.WriteAllText(_host["resources"], document);
        Assert.StartsWith($"{path}: ", await _host.RefusedAsync(new Call("update", "--resources", "-", _host.Id) { Input = _host["resources"] }), StringComparison.Ordinal);
        Assert.Equal(before, Read("pids.max", "pids.max"));
    }

    [Theory]
    [InlineData("--memory=much")]
    [InlineData("--memory=-2")]
    [InlineData("--memory=1t")]
    [InlineData("--memory=9223372036854775807g")]
    [InlineData("--cpu-shares=-1")]
    [InlineData("--pids-limit=1.5")]
    [InlineData("--cpu-quota=")]
    [InlineData("--cpuset-cpus=a-b")]
    public async Task A_value_that_is_none_is_refused_with_the_name_of_its_flag(string flag)
    {
        var line = await _host.RefusedAsync("update", flag, _host.Id);
        Assert.True(line.StartsWith(flag[..flag.IndexOf('=')] + ": ", StringComparison.Ordinal) || line.Contains("cpus", StringComparison.Ordinal), line);
    }

    [Fact]
    public async Task A_limit_below_what_is_in_use_is_an_error_of_the_kernel_in_words()
    {
        var line = await _host.RefusedAsync("update", "--memory", "4096", _host.Id);
        Assert.Contains("memory", line, StringComparison.Ordinal);
        Assert.Equal("running", await _host.StatusAsync());
    }

    [Fact]
    public async Task One_that_ended_cannot_be_changed()
    {
        await _host.OutputAsync("kill", _host.Id, "KILL");
        await _host.UntilAsync("stopped");
        Assert.Equal($"container \"{_host.Id}\" cannot be updated: it is stopped", await _host.RefusedAsync("update", "--pids-limit", "5", _host.Id));
    }

    string Read(string legacy, string? unified)
    {
        foreach (var cgroup in _host.Traces().Where(Directory.Exists))
        {
            foreach (var file in (string?[])[legacy, unified])
            {
                if (file is not null && File.Exists($"{cgroup}/{file}"))
                {
                    return File.ReadAllText($"{cgroup}/{file}").Trim();
                }
            }
        }

        throw new InvalidOperationException($"no cgroup of the container has {legacy}");
    }
}
