using System.Globalization;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class ProcessesTests : IDisposable
{
    static readonly string[] Environment = ["PATH=/usr/bin:/bin"];

    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_spawned_program_stands_alone_but_for_one_descriptor()
    {
        const string Script = """
            links=$(for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done); echo "$links" >&3
            pwd >&3; echo $$ >&3; cat /proc/$$/stat >&3; grep SigBlk /proc/self/status >&3; grep SigIgn /proc/self/status >&3; env >&3
            ls /proc/$$/fd >&3
            """;
        var (read, write) = Pipes.Create();
        using (read)
        {
            int pid;
            using (write)
            {
                pid = Spawn.Start("/bin/sh", ["sh", "-c", Script], Environment, Files.Number(write));
            }

            using var process = Processes.OpenPidFd(pid);
            var lines = await Task.Run(() => System.Text.Encoding.UTF8.GetString(Files.ReadAll(read)).Split('\n'), TestContext.Current.CancellationToken);
            Assert.Equal(new ProcessEnd(0, 0), Processes.Reap(process, wait: true));
            Assert.Equal(["/dev/null", "/dev/null", "/dev/null", "/"], lines[..4]);
            Assert.Equal(pid.ToString(CultureInfo.InvariantCulture), lines[4]);
            var stat = lines[5].Split(' ');
            // Process group and session are its own.
            Assert.Equal((lines[4], lines[4]), (stat[4], stat[5]));
            Assert.Equal("SigBlk:\t0000000000000000", lines[6]);
            Assert.Equal("SigIgn:\t0000000000000000", lines[7]);
            var rest = lines[8..^1];
            Assert.Contains("PATH=/usr/bin:/bin", rest);
            Assert.DoesNotContain(rest, line => line.StartsWith("HOME=", StringComparison.Ordinal));
            // The shell itself keeps what it redirected at 10 and above.
            Assert.Equal(["0", "1", "2", "3"], rest.Where(line => line.Length == 1));
        }
    }

    [Fact]
    public void A_program_that_does_not_exist_is_an_error()
    {
        var error = Assert.Throws<KernelException>(() => Spawn.Start("/no/such", ["such"], Environment, 0));
        Assert.Equal(("posix_spawn", "/no/such", Errno.ENOENT), (error.Call, error.Path, error.Errno));
    }

    [Fact]
    public void An_exit_code_is_reaped_once()
    {
        using var process = Start("sh -c 'exit 7'", out _);
        Assert.Equal(new ProcessEnd(7, 0), Processes.Reap(process, wait: true));
        Assert.Equal(Errno.ECHILD, Assert.Throws<KernelException>(() => Processes.Reap(process, wait: true)).Errno);
        Assert.False(Processes.Signal(process, Signals.Kill));
    }

    [Fact]
    public void A_signal_ends_a_process_with_128_and_its_number()
    {
        using var process = Start("sleep 60", out _);
        Assert.Null(Processes.Reap(process, wait: false));
        Assert.True(Processes.Signal(process, Signals.Kill));
        Assert.Equal(new ProcessEnd(137, 9), Processes.Reap(process, wait: true));
    }

    [Fact]
    public void A_signal_that_does_not_exist_is_an_error()
    {
        using var process = Start("sleep 60", out _);
        Assert.Equal(Errno.EINVAL, Assert.Throws<KernelException>(() => Processes.Signal(process, 99)).Errno);
        Processes.Signal(process, Signals.Kill);
        Processes.Reap(process, wait: true);
    }

    [Fact]
    public void No_descriptor_stands_for_a_process_that_is_gone()
    {
        using var process = Start("true", out var pid);
        Processes.Reap(process, wait: true);
        Assert.Equal(Errno.ESRCH, Assert.Throws<KernelException>(() => Processes.OpenPidFd(pid)).Errno);
        Assert.Null(Processes.StartTime(pid));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a b")]
    [InlineData(") R 1 1")]
    [InlineData("(((")]
    [InlineData("x)\ny")]
    public void The_start_time_is_found_behind_any_name(string name)
    {
        // The name in /proc is that of the program's file.
        File.Copy("/bin/sleep", _place[name]);
        var before = Processes.StartTime(System.Environment.ProcessId);
        var pid = Spawn.Start(_place[name], ["sleep", "60"], Environment, 0);
        using var process = Processes.OpenPidFd(pid);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{pid}/comm").TrimEnd('\n') == name, 5000));
            var start = Processes.StartTime(pid);
            Assert.True(start >= before, $"{start} is before {before}");
            Assert.True(start < before + (100 * 3600));
            Assert.Equal(start, Processes.StartTime(pid));
        }
        finally
        {
            Processes.Signal(process, Signals.Kill);
            Processes.Reap(process, wait: true);
        }
    }

    [Fact]
    public void A_zombie_has_ended()
    {
        using var process = Start("sleep 60", out var pid);
        Assert.NotNull(Processes.StartTime(pid));
        Processes.Signal(process, Signals.Kill);
        Assert.True(SpinWait.SpinUntil(() => Processes.StartTime(pid) is null, 5000));
        // Its entry is still there: nobody has reaped it.
        Assert.True(Directory.Exists($"/proc/{pid}"));
        Processes.Reap(process, wait: true);
    }

    [Fact]
    public void A_group_is_ended_as_a_whole_and_its_leader_stays_to_be_reaped()
    {
        // Spawned programs lead a group of their own; the shell's child is in it.
        var pid = Spawn.Start("/bin/sh", ["sh", "-c", "sleep 60; true"], Environment, 0);
        using var leader = Processes.OpenPidFd(pid);
        var child = 0;
        Assert.True(SpinWait.SpinUntil(() => int.TryParse(File.ReadAllText($"/proc/{pid}/task/{pid}/children"), CultureInfo.InvariantCulture, out child), 5000));
        using var other = Processes.OpenPidFd(child);
        Assert.Equal(Errno.EINVAL, Assert.Throws<KernelException>(() => Processes.SignalGroup(pid, 99)).Errno);
        // To the kernel that would mean everybody.
        Assert.Throws<ArgumentOutOfRangeException>(() => Processes.SignalGroup(1, Signals.Kill));
        Assert.True(Processes.SignalGroup(pid, Signals.Kill));
        Processes.AwaitEnd(leader);
        Processes.AwaitEnd(other);
        Assert.Equal(new ProcessEnd(137, 9), Processes.Reap(leader, wait: false));
        Assert.True(SpinWait.SpinUntil(() => !Processes.SignalGroup(pid, Signals.Kill), 5000));
    }

    [Fact]
    public void The_boot_has_an_id()
    {
        Assert.True(Guid.TryParse(Processes.BootId(), out _));
        Assert.Equal(Processes.BootId(), Processes.BootId());
    }

    [Fact]
    public void Own_capabilities_are_those_that_the_kernel_shows()
    {
        var line = File.ReadLines("/proc/thread-self/status").First(l => l.StartsWith("CapPrm:", StringComparison.Ordinal));
        Assert.Equal(ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture), OwnCapabilities.Permitted());
    }

    static Microsoft.Win32.SafeHandles.SafeFileHandle Start(string script, out int pid)
    {
        pid = Spawn.Start("/bin/sh", ["sh", "-c", "exec " + script], Environment, 0);
        return Processes.OpenPidFd(pid);
    }
}
