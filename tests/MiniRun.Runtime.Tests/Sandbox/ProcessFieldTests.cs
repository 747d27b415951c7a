using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Fields of config.json about the process itself, as the host sees them of a running container.</summary>
[Trait("Category", "Integration")]
public sealed class ProcessFieldTests
{
    [Theory]
    [InlineData("""{ "policy": "SCHED_OTHER", "nice": 5 }""", "nice 5 real-time 0 policy 0")]
    [InlineData("""{ "policy": "SCHED_BATCH", "nice": 7 }""", "nice 7 real-time 0 policy 3")]
    [InlineData("""{ "policy": "SCHED_IDLE" }""", "nice 0 real-time 0 policy 5")]
    [InlineData("""{ "policy": "SCHED_FIFO", "priority": 10 }""", "nice 0 real-time 10 policy 1")]
    [InlineData("""{ "policy": "SCHED_RR", "priority": 3, "flags": ["SCHED_FLAG_RESET_ON_FORK"] }""", "nice 0 real-time 3 policy 2")]
    [InlineData("""{ "policy": "SCHED_DEADLINE", "runtime": 1000000, "deadline": 20000000, "period": 30000000 }""", "nice 0 real-time 0 policy 6")]
    [InlineData(null, "nice 0 real-time 0 policy 0")]
    public async Task The_scheduler_is_as_wanted(string? scheduler, string expected)
    {
        using var host = Host("exec sleep 1000");
        host.ProcessSpec["scheduler"] = scheduler is null ? null : JsonNode.Parse(scheduler);
        // A new cgroup of v1 has no time for real-time policies.
        await using var container = await RunningContainer.StartAsync(host, "--cgroup-manager disabled");
        // proc_pid_stat(5): fields 19, 40 and 41, counted behind the name.
        var fields = container.Read("stat").Split(") ")[1].Split(' ');
        Assert.Equal(expected, $"nice {fields[16]} real-time {fields[37]} policy {fields[38]}");
    }

    [Theory]
    [InlineData("IOPRIO_CLASS_BE", 3, "best-effort: prio 3")]
    [InlineData("IOPRIO_CLASS_RT", 6, "realtime: prio 6")]
    [InlineData("IOPRIO_CLASS_IDLE", 7, "idle")]
    [InlineData(null, 0, "none: prio 0")]
    public async Task The_priority_of_input_and_output_is_as_wanted(string? kind, int priority, string expected)
    {
        using var host = Host("/bin/busybox ionice -p 1");
        if (kind is not null)
        {
            host.ProcessSpec["ioPriority"] = new JsonObject { ["class"] = kind, ["priority"] = priority };
        }

        Assert.Equal(expected, (await host.OutputAsync()).Trim());
    }

    [Fact]
    public async Task Limits_ids_masks_and_scores_are_as_wanted()
    {
        using var host = Host("umask; id; exec sleep 1000");
        host.ProcessSpec["rlimits"] = new JsonArray(
            new JsonObject { ["type"] = "RLIMIT_NOFILE", ["soft"] = 5, ["hard"] = 77 }, new JsonObject { ["type"] = "RLIMIT_CORE", ["soft"] = 0, ["hard"] = 4096 });
        host.ProcessSpec["oomScoreAdj"] = 444;
        host.ProcessSpec["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1001, ["umask"] = 63, ["additionalGids"] = new JsonArray(5, 70000) };
        host.ProcessSpec["cwd"] = "/made/by/the/runtime";
        await using var container = await RunningContainer.StartAsync(host);
        Assert.Matches(@"Max open files +5 +77 ", container.Read("limits"));
        Assert.Matches(@"Max core file size +0 +4096 ", container.Read("limits"));
        Assert.Equal("444\n", container.Read("oom_score_adj"));
        Assert.Equal(("0077", "1000\t1000\t1000\t1000", "1001\t1001\t1001\t1001", "5 70000"),
            (container.Status("Umask"), container.Status("Uid"), container.Status("Gid"), container.Status("Groups")));
        // The folder is the runtime's work: the mask is the program's.
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(host.Rootfs + "/made/by/the"));
    }

    [Fact]
    public async Task Without_these_fields_the_process_is_as_it_would_be()
    {
        using var host = Host("exec sleep 1000");
        await using var container = await RunningContainer.StartAsync(host);
        Assert.Equal(RunningContainer.ReadOf(Environment.ProcessId, "limits"), container.Read("limits"));
        Assert.Equal(RunningContainer.ReadOf(Environment.ProcessId, "oom_score_adj"), container.Read("oom_score_adj"));
        Assert.Equal(("0022", ""), (container.Status("Umask"), container.Status("Groups")));
    }

    [Theory]
    [InlineData("LINUX32", "i686", "00000008")]
    [InlineData("LINUX", "x86_64", "00000000")]
    [InlineData(null, "x86_64", "00000000")]
    public async Task The_kind_of_linux_is_that_of_every_process(string? domain, string machine, string persona)
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture is System.Runtime.InteropServices.Architecture.X64, "the names are those of x86-64");
        using var host = Host("exec sleep 1000");
        if (domain is not null)
        {
            host.Linux["personality"] = new JsonObject { ["domain"] = domain };
        }

        await using var container = await RunningContainer.StartAsync(host);
        Assert.Equal(persona, container.Read("personality").Trim());
        Assert.Equal(machine, (await container.ExecAsync("/bin/busybox uname -m")).Trim());
    }

    [Theory]
    [InlineData("""{ "mode": "MPOL_BIND", "nodes": "0" }""", "bind:0")]
    [InlineData("""{ "mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"] }""", "bind=static:0")]
    [InlineData("""{ "mode": "MPOL_INTERLEAVE", "nodes": "0" }""", "interleave:0")]
    [InlineData("""{ "mode": "MPOL_PREFERRED", "nodes": "0" }""", "prefer:0")]
    [InlineData("""{ "mode": "MPOL_LOCAL" }""", "local")]
    [InlineData(null, "default")]
    public async Task The_policy_of_memory_is_that_of_every_process(string? policy, string expected)
    {
        Assert.SkipUnless(File.Exists("/proc/self/numa_maps"), "this kernel has no NUMA");
        using var host = Host("exec sleep 1000");
        host.Linux["memoryPolicy"] = policy is null ? null : JsonNode.Parse(policy);
        await using var container = await RunningContainer.StartAsync(host);
        Assert.Equal([expected], Policies(container.Read("numa_maps")));
        Assert.Equal([expected], Policies(await container.ExecAsync("/bin/cat /proc/self/numa_maps")));
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_explained()
    {
        using var host = Host("true");
        host.Linux["memoryPolicy"] = new JsonObject { ["mode"] = "MPOL_BIND", ["nodes"] = "900" };
        var (code, _, error) = await host.RunAsync();
        Assert.Equal(1, code);
        Assert.Contains("set_mempolicy", error, StringComparison.Ordinal);
        Assert.Contains("correct linux.memoryPolicy", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "0", "0")]
    [InlineData("0", null, "0")]
    [InlineData("0", "1", "1")]
    public async Task The_cpus_of_exec_are_those_of_its_processes_alone(string? initial, string? final, string expected)
    {
        Assert.SkipUnless(Environment.ProcessorCount > 1, "with one CPU there is nothing to choose");
        using var host = Host("exec sleep 1000");
        var affinity = new JsonObject();
        foreach (var (name, cpus) in ((string, string?)[])[("initial", initial), ("final", final)])
        {
            if (cpus is not null)
            {
                affinity[name] = cpus;
            }
        }

        host.ProcessSpec["execCPUAffinity"] = affinity;
        await using var container = await RunningContainer.StartAsync(host);
        var all = RunningContainer.ReadOf(Environment.ProcessId, "status").Split('\n').Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        // It is not for the container's first process.
        Assert.Equal(all, "Cpus_allowed_list:\t" + container.Status("Cpus_allowed_list"));
        Assert.Equal($"Cpus_allowed_list:\t{expected}\n", await container.ExecAsync("/bin/grep Cpus_allowed_list /proc/self/status"));

        // A process of its own file has its own.
        var process = host.ProcessSpec;
        process["args"] = new JsonArray("/bin/grep", "Cpus_allowed_list", "/proc/self/status");
        process["execCPUAffinity"] = new JsonObject { ["final"] = "1" };
        var file = host.Bundle + "/process.json";
        await File.WriteAllTextAsync(file, process.ToJsonString(), TestContext.Current.CancellationToken);
        Assert.Equal("Cpus_allowed_list:\t1\n", await container.ExecAsync("", $"--process {file}"));
    }

    [Fact]
    public async Task A_cpu_that_is_not_there_is_explained()
    {
        using var host = Host("exec sleep 1000");
        host.ProcessSpec["execCPUAffinity"] = new JsonObject { ["final"] = "8000" };
        await using var container = await RunningContainer.StartAsync(host);
        var (code, _, error) = await container.RunAsync($"exec {Path.GetFileName(host.Bundle)} /bin/true");
        Assert.Equal(255, code);
        Assert.Contains("correct process.execCPUAffinity", error, StringComparison.Ordinal);
    }

    static string[] Policies(string maps) =>
        [.. maps.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("vdso", StringComparison.Ordinal) && !line.Contains("vvar", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).Distinct()];

    static MountHost Host(string script) => new(script);
}
