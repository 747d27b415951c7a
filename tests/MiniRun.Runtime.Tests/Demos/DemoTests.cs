using System.Globalization;
using System.Text.Json;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Tests.Sandbox;

namespace MiniRun.Runtime.Tests.Demos;

/// <summary>The demonstrations as the native executable gives them: the facts have to be true.</summary>
[Collection("Demonstrations")]
[Trait("Category", "Integration")]
public sealed class DemoTests : IDisposable
{
    readonly HashSet<string> _cgroups = Cgroups();
    readonly int _mounts = Mounts();

    public void Dispose()
    {
        // Whatever happened: nothing is left.
        Assert.Equal(_cgroups, Cgroups());
        Assert.Equal(_mounts, Mounts());
        Assert.False(File.Exists("/tmp/hello.txt"));
        Assert.Empty(Probes());
    }

    [Fact]
    public async Task A_forked_childs_memory_is_its_own_once_it_writes()
    {
        var facts = await GiveAsync(DemoCatalogue.ForkAndClone);
        var fork = facts.FindIndex(f => f.Call == "clone3(SIGCHLD)");
        var shared = facts.FindIndex(f => f.Call?.StartsWith("clone(CLONE_VM", StringComparison.Ordinal) is true);
        var (parent, child) = Pair(facts[fork..shared], "memory at ");
        Assert.Equal(("1", "42"), (parent, child));
        (parent, child) = Pair(facts[shared..], "memory at ");
        Assert.Equal(("42", "42"), (parent, child));

        var frames = facts[fork..shared].Where(f => f.Call?.EndsWith("/pagemap", StringComparison.Ordinal) is true).Select(f => f.Result).ToList();
        Assert.Equal(4, frames.Count);
        Assert.Equal(frames[0], frames[1]);
        Assert.Equal(frames[0], frames[2]);
        Assert.NotEqual(frames[2], frames[3]);
        Assert.Equal(["Z", "Z"], facts.Where(f => f.Call?.EndsWith("/stat", StringComparison.Ordinal) is true).Select(f => f.Result!));
        Assert.Equal(["7", "7", "SIGTERM (143)"], facts.Where(f => f.Call == "waitid status").Select(f => f.Result!));
    }

    [Fact]
    public async Task A_name_in_a_namespace_leaves_the_hosts_alone()
    {
        var facts = await GiveAsync(DemoCatalogue.ForkAndClone);
        var host = (await File.ReadAllTextAsync("/proc/sys/kernel/hostname", TestContext.Current.CancellationToken)).Trim();
        Assert.Equal([host, host], facts.Where(f => f.Call == "/proc/sys/kernel/hostname").Select(f => f.Result!));
        Assert.Equal("inside-the-demo", facts.Single(f => f.Call == "uname").Result);
        foreach (var type in (string[])["uts", "pid", "mnt", "net"])
        {
            var (parent, child) = Pair(facts, type: "/ns/" + type);
            Assert.Equal(Path.GetFileName(new FileInfo($"/proc/self/ns/{type}").LinkTarget), parent);
            Assert.Equal(type != "uts", parent == child);
        }
    }

    [Fact]
    public async Task A_process_in_a_pid_namespace_has_two_numbers()
    {
        var facts = await GiveAsync(DemoCatalogue.PidNamespace);
        var pid = facts.Single(f => f.Call?.StartsWith("clone3(CLONE_NEWNS|CLONE_NEWPID", StringComparison.Ordinal) is true).Result!;
        Assert.True(int.Parse(pid, CultureInfo.InvariantCulture) > 1);
        Assert.Equal($"{pid} 1", facts.Single(f => f.Call == $"/proc/{pid}/status NSpid").Result);
        Assert.All(Inside(facts, "getpid"), f => Assert.Equal("1", f.Result));
        Assert.Equal([pid, "1"], Inside(facts, "readlink /proc/self").Select(f => f.Result!));

        // Before the fresh /proc: all of the host's; after: itself, and later the orphan.
        var seen = Inside(facts, "processes in /proc").Select(f => f.Result!).ToList();
        Assert.True(int.Parse(seen[0], CultureInfo.InvariantCulture) > 2);
        Assert.Equal("1", seen[1]);
        Assert.Equal("1 " + Inside(facts, "getpid of the orphan").Single().Result, seen[2]);
    }

    [Fact]
    public async Task Process_1_adopts_orphans_outlives_kills_from_inside_and_takes_the_namespace_with_it()
    {
        var facts = await GiveAsync(DemoCatalogue.PidNamespace);
        var pid = facts.Single(f => f.Call?.StartsWith("clone3(", StringComparison.Ordinal) is true).Result!;
        var inner = Inside(facts, "getpid of the orphan").Single().Result!;
        var numbers = facts.Single(f => f.Call?.EndsWith("status NSpid", StringComparison.Ordinal) is true && f.Call != $"/proc/{pid}/status NSpid");
        var orphan = numbers.Result!.Split(' ')[0];
        Assert.Equal($"{orphan} {inner}", numbers.Result);
        Assert.Equal("1", Inside(facts, "getppid of the orphan").Single().Result);
        Assert.Equal(pid, facts.Single(f => f.Call == $"/proc/{orphan}/status PPid").Result);

        var killed = facts.FindIndex(f => f.Call == "pidfd_send_signal(process 1, SIGKILL), inside");
        Assert.Equal("0", facts[killed].Result);
        Assert.Equal(("getpid", "1"), (facts[killed + 1].Call, facts[killed + 1].Result));
        Assert.Equal("SIGKILL", facts.Single(f => f.Call == "waitid status").Result);
        Assert.Equal("ENOENT", facts.Single(f => f.Call == $"/proc/{orphan}/status").Result);
        Assert.False(Directory.Exists($"/proc/{orphan}"));
    }

    [Fact]
    public async Task The_way_out_of_chroot_is_none_out_of_pivot_root()
    {
        var facts = await GiveAsync(DemoCatalogue.Chroot);
        var second = facts.FindLastIndex(f => f.Call?.StartsWith("clone3(", StringComparison.Ordinal) is true);
        var (chroot, pivot) = (facts[..second], facts[second..]);
        var host = Identities(facts, FactKind.Host)[0];
        Assert.Equal(["escaped", "held"], facts.Where(f => f.Kind == FactKind.Change).Select(f => f.Result!));

        // The host's root, then the folder, then the host's again.
        var roots = Identities(chroot, FactKind.Inside);
        Assert.Equal(host, roots[0]);
        Assert.NotEqual(host, roots[1]);
        Assert.Equal(host, roots[2]);
        var names = Inside(chroot, "names in /").Select(f => f.Result!.Split(' ')).ToList();
        Assert.Contains("proc", names[0]);
        Assert.Equal(["etc", "hello.txt"], names[1]);
        Assert.Equal(names[0], names[2]);

        roots = Identities(pivot, FactKind.Inside);
        Assert.DoesNotContain(host, roots);
        Assert.Equal(roots[0], roots[1]);
        Assert.Equal(["etc", "hello.txt", "hole"], Inside(pivot, "names in /").Last().Result!.Split(' '));

        // The same four calls, and every one of them succeeded both times.
        string[] way = ["mkdir(\"hole\")", "chroot(\"hole\")", "chdir(\"..\")", "chroot(\".\")"];
        foreach (var part in (List<DemoFact>[])[chroot, pivot])
        {
            Assert.Equal(way.Select(call => (call, "0")), part.Where(f => f.Kind == FactKind.Call).TakeLast(4).Select(f => (f.Call!, f.Result!)));
        }
    }

    [Fact]
    public async Task Limits_hold()
    {
        var facts = await GiveAsync(DemoCatalogue.Cgroup);
        var kills = facts.Where(f => f.Call?.EndsWith(" oom_kill", StringComparison.Ordinal) is true).Select(Number).ToList();
        Assert.Equal(2, kills.Count);
        Assert.True(kills[1] > kills[0]);
        Assert.Equal("SIGKILL", facts.Single(f => f.Call == "waitid status").Result);
        var usage = facts.Where(f => f.Call?.Contains("memory.usage_in_bytes", StringComparison.Ordinal) is true || f.Call?.EndsWith("memory.current", StringComparison.Ordinal) is true).Select(Number).ToList();
        Assert.NotEmpty(usage);
        Assert.All(usage, bytes => Assert.InRange(bytes, 1 << 20, 16 << 20));

        Assert.Equal(8, facts.Where(f => f.Call?.EndsWith("pids.current", StringComparison.Ordinal) is true).Select(Number).Last());
        Assert.Equal("EAGAIN", Inside(facts, "clone3").Single().Result);

        var cpu = Inside(facts, "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)").Select(Number).ToList();
        Assert.Equal(2, cpu.Count);
        // A tenth of 300 ms and what a started period allows, against nearly all of it; a busy machine gives less, never more.
        Assert.InRange(cpu[1], 1_000, 100_000);
        Assert.True(cpu[0] > cpu[1], $"{cpu[0]} us without a quota, {cpu[1]} us with one");
        var throttled = facts.Where(f => f.Call?.EndsWith(" nr_throttled", StringComparison.Ordinal) is true).Select(Number).ToList();
        Assert.True(throttled[1] > throttled[0]);
        Assert.Equal("gone", facts[^1].Result);
    }

    [Fact]
    public async Task People_get_lines_and_a_name_that_is_none_gets_the_names()
    {
        var (code, output, error) = await NativeRuntime.RunAsync("demo", DemoCatalogue.Chroot);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("\ncall    chroot(\"/tmp\") = 0   [", output, StringComparison.Ordinal);
        Assert.DoesNotContain("{", output, StringComparison.Ordinal);

        (code, output, error) = await NativeRuntime.RunAsync("demo", "magic");
        Assert.Equal((1, ""), (code, output));
        Assert.Equal("minirun-runtime: magic: is no demonstration; there are fork-and-clone, pid-namespace, chroot, cgroup.\n", error);

        (code, _, error) = await NativeRuntime.RunAsync("demo", DemoCatalogue.Chroot, "--format", "xml");
        Assert.Equal((1, "minirun-runtime: --format: xml is none; there are text and json\n"), (code, error));
    }

    [Theory]
    [InlineData(DemoCatalogue.ForkAndClone)]
    [InlineData(DemoCatalogue.PidNamespace)]
    [InlineData(DemoCatalogue.Chroot)]
    [InlineData(DemoCatalogue.Cgroup)]
    public async Task Without_root_there_is_one_sentence(string name)
    {
        var (code, output, _) = await RunShellAsync($"setpriv --reuid 65534 --clear-groups \"$0\" demo {name} --format json");
        Assert.Equal(1, code);
        var fact = JsonDocument.Parse(output).RootElement;
        Assert.Equal("error", fact.GetProperty("kind").GetString());
        Assert.Contains("needs root", fact.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_cgroups_there_is_one_sentence()
    {
        // In a mount namespace of its own, in which nothing is mounted at the hierarchies' places.
        var (code, output, error) = await RunShellAsync("unshare --mount sh -c 'umount -l -R /sys/fs/cgroup && exec \"$0\" demo cgroup' \"$0\"");
        Assert.Equal(1, code);
        Assert.Contains("No cgroup hierarchy of this host has the memory controller", error, StringComparison.Ordinal);
        Assert.DoesNotContain("call", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_leaves_early_leaves_nothing_behind()
    {
        var (_, output, error) = await RunShellAsync("\"$0\" demo cgroup --format json | head -n 5");
        Assert.Equal(5, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("", error);
    }

    [Fact]
    public async Task A_demonstration_that_was_killed_is_cleaned_up_after_by_the_next()
    {
        await RunShellAsync("""
            "$0" demo cgroup >/dev/null & pid=$!
            until ls -d /sys/fs/cgroup/minirun-demo-$pid /sys/fs/cgroup/*/minirun-demo-$pid 2>/dev/null | grep -q .; do sleep 0.01; done
            kill -9 $pid
            """);
        Assert.NotEqual(_cgroups, Cgroups());
        await GiveAsync(DemoCatalogue.Cgroup);
        Assert.Equal(_cgroups, Cgroups());
    }

    static async Task<List<DemoFact>> GiveAsync(string name)
    {
        var (code, output, error) = await NativeRuntime.RunAsync("demo", name, "--format", "json");
        Assert.True(code == 0, error + output);
        var facts = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        Assert.DoesNotContain(facts, f => f.Kind == FactKind.Error);
        Assert.All(facts.Where(f => f.Kind == FactKind.Call), f => Assert.True(f is { Call: not null, Microseconds: >= 0, Result: not null }, f.Text));
        Assert.All(facts.Where(f => f.Kind is FactKind.Host or FactKind.Inside), f => Assert.True(f is { Call: not null, Result: not null }, f.Text));
        return facts;
    }

    static DemoFact Parse(string line)
    {
        var fact = JsonDocument.Parse(line).RootElement;
        return new DemoFact(
            fact.GetProperty("kind").GetString()!,
            fact.GetProperty("text").GetString()!,
            fact.TryGetProperty("call", out var call) ? call.GetString() : null,
            fact.TryGetProperty("microseconds", out var microseconds) ? microseconds.GetInt64() : null,
            fact.TryGetProperty("result", out var result) ? result.GetString() : null);
    }

    /// <summary>Runs a line of shell in which "$0" is the executable.</summary>
    static async Task<(int Code, string Output, string Error)> RunShellAsync(string line)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/bash", ["-c", line, Repository.RuntimeBinary])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    static List<DemoFact> Inside(List<DemoFact> facts, string source) => facts.FindAll(f => f.Kind == FactKind.Inside && f.Call == source);

    static List<string> Identities(List<DemoFact> facts, string kind) =>
        facts.FindAll(f => f.Kind == kind && f.Call == "device:inode of /").ConvertAll(f => f.Result!);

    /// <summary>The first pair of what host and inside see at the same kind of place.</summary>
    static (string Host, string Inside) Pair(List<DemoFact> facts, string start = "", string type = "")
    {
        var inside = facts.FindIndex(f => f.Kind == FactKind.Inside && f.Call!.StartsWith(start, StringComparison.Ordinal) && f.Call.EndsWith(type, StringComparison.Ordinal));
        var host = facts[inside - 1];
        Assert.Equal(FactKind.Host, host.Kind);
        return (host.Result!, facts[inside].Result!);
    }

    static long Number(DemoFact fact) => long.Parse(fact.Result!, CultureInfo.InvariantCulture);

    static HashSet<string> Cgroups() =>
        [.. Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").SelectMany(tree => Directory.EnumerateDirectories(tree, "minirun-demo-*"))];

    /// <summary>At the two places where demonstrations mount.</summary>
    static int Mounts() => File.ReadLines("/proc/self/mountinfo").Count(line => line.Split(' ')[4] is "/tmp" or "/proc");

    static List<string> Probes()
    {
        var probes = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])))
        {
            try
            {
                if (File.ReadAllText($"{folder}/cmdline").StartsWith("minirun-runtime\0demo", StringComparison.Ordinal))
                {
                    probes.Add(folder);
                }
            }
            catch (IOException)
            {
                // Ended meanwhile.
            }
        }

        return probes;
    }
}
