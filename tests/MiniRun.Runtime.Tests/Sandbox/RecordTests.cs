using System.Globalization;
using CsCheck;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Monitoring;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>What a monitor writes down or says: state.json, exit.json and the report of a start.</summary>
public sealed class RecordTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    Folder Folder => _place.Folder;

    public void Dispose() => _place.Dispose();

    [Fact]
    public void An_exit_is_read_as_it_was_written() =>
        Gen.Select(Gen.Int[0, 255], Gen.Int[0, 64], Gen.Bool, Gen.Long, Gen.Long).Select(r => new ExitRecord(r.Item1, r.Item2, r.Item3, r.Item4, r.Item5) { AllocatedInLoop = r.Item5 / 2 }).Sample(
            record =>
            {
                record.Write(Folder);
                Assert.Equal(record, ExitRecord.Read(Folder));
                Assert.Equal(["exit.json"], _place.Names);
            },
            iter: 20,
            threads: 1);

    [Fact]
    public void No_exit_is_no_error()
    {
        Assert.Null(ExitRecord.Read(Folder));
        Assert.Null(StateRecord.Read(Folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"exitCode\":0,\"signal\":0,\"outOfMemory\":false,\"startedAt\":1}")]
    [InlineData("{\"exitCode\":\"0\",\"signal\":0,\"outOfMemory\":false,\"startedAt\":1,\"finishedAt\":2}")]
    [InlineData("{\"exitCode\":4294967296,\"signal\":0,\"outOfMemory\":false,\"startedAt\":1,\"finishedAt\":2}")]
    [InlineData("\0\0\0\0")]
    public void A_damaged_exit_is_not_taken_for_one(string text)
    {
        _place.Write("exit.json", text);
        Assert.Throws<SpecException>(() => ExitRecord.Read(Folder));
    }

    [Fact]
    public void A_state_is_read_as_it_was_written()
    {
        var state = StateRecord.ForProcess("id", Environment.ProcessId, "minirun/id", terminal: true);
        state.Write(Folder);
        Assert.Equal(state, StateRecord.Read(Folder));
        Assert.Equal(["state.json"], _place.Names);
        Assert.Equal(("minirun/id", true, Environment.ProcessId), (state.Cgroup, state.Terminal, state.MonitorPid));
        Assert.Equal("", StateRecord.ForProcess("id", 1, null, terminal: false).Cgroup);
    }

    [Fact]
    public void A_process_is_alive_by_pid_start_and_boot()
    {
        var state = StateRecord.ForProcess("id", Environment.ProcessId, null, terminal: false);
        Assert.True(state.IsProcessAlive());
        Assert.True(state.IsMonitorAlive());
    }

    [Fact]
    public void Another_that_has_its_pid_is_not_it()
    {
        var state = StateRecord.ForProcess("id", Environment.ProcessId, null, terminal: false);
        Assert.False((state with { StartTime = state.StartTime - 1 }).IsProcessAlive());
        Assert.False((state with { MonitorStartTime = state.MonitorStartTime - 1 }).IsMonitorAlive());
    }

    [Fact]
    public void After_a_boot_nobody_is_alive()
    {
        var state = StateRecord.ForProcess("id", Environment.ProcessId, null, terminal: false) with { BootId = Guid.NewGuid().ToString() };
        Assert.False(state.IsProcessAlive());
        Assert.False(state.IsMonitorAlive());
    }

    [Fact]
    public void Who_has_ended_is_not_alive()
    {
        var pid = Spawn.Start("/bin/sleep", ["sleep", "60"], [], 0);
        using var process = Processes.OpenPidFd(pid);
        var state = StateRecord.ForProcess("id", pid, null, terminal: false);
        Assert.True(state.IsProcessAlive());
        Processes.Signal(process, Signals.Kill);
        Processes.Reap(process, wait: true);
        Assert.False(state.IsProcessAlive());
        Assert.False(StateRecord.ForProcess("id", pid, null, terminal: false).IsProcessAlive());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"id\":7}")]
    public void A_damaged_state_is_not_taken_for_one(string text)
    {
        _place.Write("state.json", text);
        Assert.Throws<SpecException>(() => StateRecord.Read(Folder));
    }

    [Fact]
    public void A_report_arrives_as_it_was_sent() => Gen.Select(Gen.Int[1, int.MaxValue], Gen.Long, Text.Array[0, 3], Gen.Int[0, 2], Text).Sample(r =>
    {
        var (pid, at, warnings, outcome, text) = r;
        var failure = outcome == 2 ? new LaunchFailure(3, 40, text, outcome == 2 && pid % 2 == 0 ? null : "/p", "EPERM", text) : null;
        var report = new ReadyReport { Pid = pid, StartedAt = at, Warnings = warnings, Error = outcome > 0 ? text : null, Failure = failure };
        var read = Send(report);
        Assert.Equal((report.Pid, report.StartedAt, report.Error, report.Failure), (read.Pid, read.StartedAt, read.Error, read.Failure));
        Assert.Equal(warnings, read.Warnings);
    });

    [Fact]
    public void A_monitor_that_died_says_nothing() => Assert.Throws<SpecException>(() => ReadyReport.Read(default));

    [Theory]
    [InlineData(0L, "1970-01-01T00:00:00.000000000Z")]
    [InlineData(1475453829669794202L, "2016-10-03T00:17:09.669794202Z")]
    [InlineData(1999999999999999999L, "2033-05-18T03:33:19.999999999Z")]
    public void Times_have_nanoseconds(long nanoseconds, string text)
    {
        var place = new byte[64];
        Assert.Equal(Timestamp.Length, Timestamp.Write(place, nanoseconds));
        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(place, 0, Timestamp.Length));
    }

    [Fact]
    public void Any_time_is_what_the_library_would_write() => Gen.Long[0, 4_000_000_000_000_000_000].Sample(nanoseconds =>
    {
        var place = new byte[Timestamp.Length];
        Timestamp.Write(place, nanoseconds);
        var expected = DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture)
            + (nanoseconds % 100).ToString("00", CultureInfo.InvariantCulture) + "Z";
        Assert.Equal(expected, System.Text.Encoding.ASCII.GetString(place));
    });

    static Gen<string> Text => Gen.String[Gen.Char[' ', '\u024f'], 1, 30];

    static ReadyReport Send(ReadyReport report)
    {
        var (read, write) = Pipes.Create();
        using (read)
        {
            using (write)
            {
                report.Send(write);
            }

            return ReadyReport.Read(Files.ReadAll(read));
        }
    }
}
