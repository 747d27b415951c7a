using System.Text;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Sandbox.Timeline;
using MiniRun.Runtime.Tests.Verbs;
using Record = MiniRun.Runtime.Engine.Record;

namespace MiniRun.Runtime.Tests.Engine;

[Trait("Category", "Integration")]
public sealed class ContainerEngineTests(SharedImages images) : IAsyncLifetime
{
    readonly EngineHost _host = new(images.Path);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _host.OpenAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_container_lives_from_creation_to_deletion()
    {
        var created = await _host.Engine.CreateAsync(Request("echo out; echo err >&2; exit 7"), Cancelled);
        Assert.Equal(ContainerState.Created, created.Status.State);

        var ended = await RunToEndAsync(created);
        Assert.Equal((ContainerState.Exited, 7, null), (ended.Status.State, ended.Status.ExitCode, ended.Status.Signal));
        Assert.False(ended.Status.OutOfMemory);

        var lines = await LinesAsync(created.Name);
        Assert.Equal(["err", "out"], lines.Select(l => l.Text).Order());

        await _host.Engine.DeleteAsync(created.Name, force: false, null, Cancelled);
        Assert.Empty(_host.Engine.List());
        Assert.False(Directory.Exists(_host.BundleOf(created)));
        Assert.False(Directory.Exists(_host.RunFolderOf(created)));
        Assert.Empty(_host.CgroupsOf(created));
    }

    [Fact]
    public async Task Inside_it_sees_only_itself()
    {
        var created = await _host.Engine.CreateAsync(
            Request("ps aux; hostname; ls /sys/class/net; grep -c . /proc/mounts; cat /proc/1/comm; grep vda /proc/mounts; true") with { Name = "inside" }, Cancelled);
        await RunToEndAsync(created);
        var text = string.Join('\n', (await LinesAsync("inside")).Select(l => l.Text));
        var processes = text.Split('\n').Skip(1).TakeWhile(l => l.TrimStart().Length > 0 && char.IsDigit(l.TrimStart()[0])).ToList();
        Assert.StartsWith("1 ", processes[0].TrimStart(), StringComparison.Ordinal);
        Assert.True(processes.Count <= 2, text);
        Assert.Contains("\ninside\nlo\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("/work", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_answers_what_is_typed()
    {
        var created = await _host.Engine.CreateAsync(new ContainerRequest { Name = "shell", Terminal = true }, Cancelled);
        await _host.Engine.StartAsync("shell", Cancelled);
        await using var console = await _host.Engine.AttachAsync("shell", Cancelled);
        Assert.True(console.Terminal);
        await console.ResizeAsync(101, 37, Cancelled);
        await console.WriteAsync("stty size; exit 3\n"u8.ToArray(), Cancelled);
        var (text, exit) = await ReadToEndAsync(console);
        Assert.Contains("37 101", text, StringComparison.Ordinal);
        Assert.Equal(new ConsoleExited(3, false), exit);
        await _host.Engine.DeleteAsync(created.Id, force: true, null, Cancelled);
    }

    [Fact]
    public async Task A_shell_without_a_terminal_keeps_running_and_reads_its_input()
    {
        await _host.Engine.CreateAsync(new ContainerRequest { Name = "web", Command = Command.FromString("/bin/bash") }, Cancelled);
        await _host.Engine.StartAsync("web", Cancelled);
        await Task.Delay(300, Cancelled);
        Assert.Equal(ContainerState.Running, _host.Engine.Get("web").Status.State);
        await using var console = await _host.Engine.AttachAsync("web", Cancelled);
        await console.WriteAsync("echo typed\n"u8.ToArray(), Cancelled);
        await console.CloseInputAsync(Cancelled);
        var (text, exit) = await ReadToEndAsync(console);
        Assert.Equal("typed\n", text);
        Assert.Equal(0, exit?.ExitCode);
    }

    [Fact]
    public async Task Writing_above_the_memory_limit_ends_in_out_of_memory()
    {
        var created = await _host.Engine.CreateAsync(
            Request("tail /dev/zero") with { MemoryBytes = 16 << 20 }, Cancelled);
        var ended = await RunToEndAsync(created);
        Assert.True(ended.Status.OutOfMemory);
        Assert.Equal(137, ended.Status.ExitCode);
    }

    [Fact]
    public async Task Enough_memory_is_no_out_of_memory()
    {
        // The control of the test above: the same work within its limit.
        var created = await _host.Engine.CreateAsync(
            Request("head -c 8000000 /dev/zero | tail -c 1 | wc -c") with { MemoryBytes = 64 << 20 }, Cancelled);
        var ended = await RunToEndAsync(created);
        Assert.False(ended.Status.OutOfMemory);
        Assert.Equal(0, ended.Status.ExitCode);
    }

    [Fact]
    public async Task A_fork_bomb_stops_at_the_pids_limit()
    {
        var created = await _host.Engine.CreateAsync(
            new ContainerRequest { Command = Command.FromWords(["/bin/bash", "-c", "bomb() { bomb | bomb & }; bomb; read"]), Pids = 20 }, Cancelled);
        await _host.Engine.StartAsync(created.Id, Cancelled);
        var most = 0;
        for (var i = 0; i < 15; i++)
        {
            await Task.Delay(100, Cancelled);
            most = Math.Max(most, ReadPids(created));
        }

        Assert.InRange(most, 10, 20);
        await _host.Engine.KillAsync(created.Id, null, Cancelled);
        Assert.Equal(137, _host.Engine.Get(created.Id).Status.ExitCode);
    }

    [Fact]
    public async Task The_cpu_limit_holds()
    {
        var created = await _host.Engine.CreateAsync(Request("while :; do :; done") with { Cpus = 0.2 }, Cancelled);
        await _host.Engine.StartAsync(created.Id, Cancelled);
        await Task.Delay(500, Cancelled);
        MetricSample? sample = null;
        await foreach (var batch in _host.Engine.WatchMetricsAsync(Cancelled))
        {
            sample = batch.SingleOrDefault()?.Sample;
            if (sample is { Cpus: > 0 })
            {
                break;
            }
        }

        // Half a second of CPU in a second would be 0.5; the limit is 0.2 and periods blur it a little.
        Assert.InRange(sample!.Cpus, 0.05, 0.35);
        await _host.Engine.KillAsync(created.Id, null, Cancelled);
    }

    [Fact]
    public async Task Limits_change_while_it_runs()
    {
        var created = await _host.Engine.CreateAsync(Request("sleep 60"), Cancelled);
        await _host.Engine.StartAsync(created.Id, Cancelled);
        var updated = await _host.Engine.UpdateAsync(
            created.Id, new ContainerPatch { MemoryBytes = 128 << 20, Cpus = 1, Pids = 99, Name = "renamed" }, 1, Cancelled);
        Assert.Equal((2, "renamed"), (updated.Definition.Revision, updated.Name));
        Assert.Contains(_host.CgroupsOf(created), folder => Read($"{folder}/memory.limit_in_bytes", "memory.max") == "134217728");
        Assert.Contains(_host.CgroupsOf(created), folder => Read($"{folder}/pids.max", "pids.max") == "99");

        var mismatch = await Assert.ThrowsAsync<EngineException>(() =>
            _host.Engine.UpdateAsync("renamed", new ContainerPatch { Pids = 1 }, 1, Cancelled));
        Assert.Equal(EngineError.RevisionMismatch, mismatch.Error);
    }

    [Fact]
    public async Task Stop_asks_first_and_kills_later()
    {
        var polite = await _host.Engine.CreateAsync(Request("trap 'exit 5' TERM; while :; do sleep 0.1; done"), Cancelled);
        await _host.Engine.StartAsync(polite.Id, Cancelled);
        await Task.Delay(200, Cancelled);
        var stopped = await _host.Engine.StopAsync(polite.Id, null, Cancelled);
        Assert.Equal((true, 5), (stopped.Changed, stopped.Container.Status.ExitCode));

        var stubborn = await _host.Engine.CreateAsync(Request("trap '' TERM; while :; do sleep 0.1; done"), Cancelled);
        await _host.Engine.StartAsync(stubborn.Id, Cancelled);
        stopped = await _host.Engine.StopAsync(stubborn.Id, TimeSpan.FromMilliseconds(300), Cancelled);
        Assert.Equal((137, 9), (stopped.Container.Status.ExitCode, stopped.Container.Status.Signal));
        Assert.False((await _host.Engine.StopAsync(stubborn.Id, null, Cancelled)).Changed);
    }

    [Fact]
    public async Task Restart_keeps_files_and_output_and_forgets_the_last_end()
    {
        var created = await _host.Engine.CreateAsync(Request("echo run >> /root/runs; cat /root/runs | wc -l; sleep 60"), Cancelled);
        await _host.Engine.StartAsync(created.Id, Cancelled);
        var first = _host.Engine.Get(created.Id).Status.Pid;
        await AwaitLineAsync(created.Id, "1");
        var restarted = await _host.Engine.RestartAsync(created.Id, TimeSpan.Zero, Cancelled);
        Assert.Equal(ContainerState.Running, restarted.Container.Status.State);
        Assert.NotEqual(first, restarted.Container.Status.Pid);
        Assert.Null(restarted.Container.Status.ExitCode);
        await AwaitLineAsync(created.Id, "2");
    }

    [Fact]
    public async Task Processes_have_a_number_inside_and_one_outside()
    {
        var created = await _host.Engine.CreateAsync(Request("sleep 1001 & exec sleep 1002"), Cancelled);
        Assert.Equal(EngineError.WrongState, Assert.Throws<EngineException>(() => _host.Engine.ReadProcesses(created.Id)).Error);
        var started = await _host.Engine.StartAsync(created.Id, Cancelled);
        IReadOnlyList<ContainerProcessInfo> processes = [];
        await Eventually.IsAsync(
            () => Task.FromResult((processes = _host.Engine.ReadProcesses(created.Name)).Count(process => process.Command.Contains("sleep 100", StringComparison.Ordinal)) == 2),
            () => string.Join(", ", processes));
        Assert.Equal((1, started.Container.Status.Pid, 0), (processes[0].Pid, processes[0].HostPid, processes[0].ParentPid));
        Assert.Equal(1, processes[1].ParentPid);
        Assert.All(processes, process => Assert.True(process.HostPid > process.Pid && process is { UserId: 0, Threads: 1, MemoryBytes: > 0 }, process.ToString()));
        Assert.Equal("sleep 1001", string.Join(' ', File.ReadAllText($"/proc/{processes[1].HostPid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task The_timeline_of_a_start_outlives_the_run()
    {
        var created = await _host.Engine.CreateAsync(Request("sleep 1000"), Cancelled);
        var refused = Assert.Throws<EngineException>(() => _host.Engine.ReadTimeline(created.Id));
        Assert.Equal((EngineError.WrongState, $"{created.Name} was never started, so that there is no timeline; start it first."), (refused.Error, refused.Message));
        await _host.Engine.StartAsync(created.Id, Cancelled);
        var running = _host.Engine.ReadTimeline(created.Name);
        Assert.True(running.HasStarted);
        Assert.Equal("execve", running.Steps.Last(step => step.Outcome is StepOutcome.Done).Call);
        Assert.InRange(running.Total, running.Cloning / 2, 60_000_000);
        await _host.Engine.KillAsync(created.Id, null, Cancelled);
        var kept = _host.Engine.ReadTimeline(created.Id);
        Assert.Equal((running.Total, running.Waited, running.Cloning), (kept.Total, kept.Waited, kept.Cloning));
        Assert.Equal(running.Steps, kept.Steps);
        await _host.CloseAsync();
        await _host.OpenAsync();
        Assert.Equal(running.Steps, _host.Engine.ReadTimeline(created.Id).Steps);
        await File.WriteAllTextAsync($"{_host.BundleOf(created)}/timeline.json", "{", Cancelled);
        Assert.Throws<EngineException>(() => _host.Engine.ReadTimeline(created.Id));
    }

    [Theory]
    [InlineData("/no/such/program", "execve", "ENOENT")]
    [InlineData("/etc/passwd", "execve", "EACCES")]
    public async Task A_start_that_fails_names_the_step_and_leaves_nothing(string program, string call, string errno)
    {
        var created = await _host.Engine.CreateAsync(new ContainerRequest { Command = Command.FromWords([program]) }, Cancelled);
        var failure = await Assert.ThrowsAsync<EngineException>(() => _host.Engine.StartAsync(created.Id, Cancelled));
        Assert.Equal(EngineError.LaunchFailed, failure.Error);
        Assert.StartsWith(call, failure.Failure!.Call, StringComparison.Ordinal);
        Assert.Equal((errno, program), (failure.Failure.Errno, failure.Failure.Path));
        Assert.Equal(failure.Failure.Steps, failure.Failure.Step);
        var failed = Assert.Single(_host.Engine.ReadTimeline(created.Id).Steps, step => step.Outcome is StepOutcome.Failed);
        Assert.Equal((failure.Failure.Step, call, errno), (failed.Number, failed.Call, failed.Errno));
        Assert.False(Directory.Exists(_host.BundleOf(created)));
        Assert.False(Directory.Exists(_host.RunFolderOf(created)));
        Assert.Empty(_host.CgroupsOf(created));
        var after = _host.Engine.Get(created.Id);
        Assert.Equal(ContainerState.Created, after.Status.State);
        Assert.Contains(errno, after.Status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_engine_finds_what_runs_and_what_ended_meanwhile()
    {
        var runs = await _host.Engine.CreateAsync(Request("for i in $(seq 1 100); do echo line $i; sleep 0.05; done; sleep 60"), Cancelled);
        var ends = await _host.Engine.CreateAsync(Request("sleep 0.5; exit 42"), Cancelled);
        var never = await _host.Engine.CreateAsync(Request("true"), Cancelled);
        await _host.Engine.StartAsync(runs.Id, Cancelled);
        await _host.Engine.StartAsync(ends.Id, Cancelled);
        var pid = _host.Engine.Get(runs.Id).Status.Pid;
        await _host.CloseAsync();
        await Task.Delay(1000, Cancelled);

        var engine = await _host.OpenAsync();
        Assert.Equal((ContainerState.Running, pid), (engine.Get(runs.Id).Status.State, engine.Get(runs.Id).Status.Pid));
        Assert.Equal((ContainerState.Exited, 42), (engine.Get(ends.Id).Status.State, engine.Get(ends.Id).Status.ExitCode));
        Assert.Equal(ContainerState.Created, engine.Get(never.Id).Status.State);
        await AwaitLineAsync(runs.Id, "line 100");
        var lines = await LinesAsync(runs.Id);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"line {i}"), lines.Select(l => l.Text));
        await engine.KillAsync(runs.Id, null, Cancelled);
        Assert.Equal(137, engine.Get(runs.Id).Status.ExitCode);
    }

    [Fact]
    public async Task A_killed_monitor_costs_the_exit_code_but_not_the_container()
    {
        var created = await _host.Engine.CreateAsync(Request("sleep 60"), Cancelled);
        await _host.Engine.StartAsync(created.Id, Cancelled);
        var state = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync($"{_host.RunFolderOf(created)}/state.json", Cancelled));
        System.Diagnostics.Process.GetProcessById(state.RootElement.GetProperty("monitorPid").GetInt32()).Kill();
        await AwaitAsync(() => _host.Engine.Get(created.Id).Status.Warnings.Any(w => w.Contains("monitor is gone", StringComparison.Ordinal)));
        Assert.Equal(ContainerState.Running, _host.Engine.Get(created.Id).Status.State);
        await _host.Engine.KillAsync(created.Id, null, Cancelled);
        var ended = _host.Engine.Get(created.Id).Status;
        Assert.Equal((ContainerState.Exited, 255), (ended.State, ended.ExitCode));
        Assert.Empty(_host.CgroupsOf(created));
    }

    [Fact]
    public async Task Subscribers_get_a_snapshot_and_then_every_state()
    {
        var before = await _host.Engine.CreateAsync(Request("true"), Cancelled);
        var (snapshot, changes) = _host.Engine.Subscribe();
        Assert.Equal(before.Id, Assert.Single(snapshot).Id);
        var reader = changes.GetAsyncEnumerator(Cancelled);
        await using (reader)
        {
            var next = reader.MoveNextAsync();
            await RunToEndAsync(before);
            Assert.True(await next);
            while (reader.Current[0].Container?.Status.State != ContainerState.Exited)
            {
                Assert.True(await reader.MoveNextAsync());
            }

            await _host.Engine.DeleteAsync(before.Id, force: false, null, Cancelled);
            while (reader.Current[0].Container is not null)
            {
                Assert.True(await reader.MoveNextAsync());
            }
        }
    }

    [Fact]
    public async Task Of_many_who_want_a_name_one_gets_it()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            try
            {
                return (Container: (Container?)await _host.Engine.CreateAsync(Request("true") with { Name = "wanted" }, Cancelled), Error: (EngineException?)null);
            }
            catch (EngineException e)
            {
                return (null, e);
            }
        }));
        Assert.Single(attempts, a => a.Container is not null);
        Assert.Equal(49, attempts.Count(a => a.Error?.Error is EngineError.NameTaken && a.Error.Field == "name"));
    }

    [Fact]
    public async Task A_failed_create_leaves_nothing()
    {
        _host.Records.NextFailure = new IOException("the disk is full");
        await Assert.ThrowsAsync<IOException>(() => _host.Engine.CreateAsync(Request("true") with { Name = "again" }, Cancelled));
        Assert.Empty(_host.Engine.List());
        await _host.Engine.CreateAsync(Request("true") with { Name = "again" }, Cancelled);
    }

    [Fact]
    public async Task The_host_network_is_the_hosts_and_no_network_is_loopback_alone()
    {
        var host = await _host.Engine.CreateAsync(Request("ls /sys/class/net | sort") with { Network = NetworkMode.Host }, Cancelled);
        await RunToEndAsync(host);
        var expected = Directory.GetDirectories("/sys/class/net").Concat(Directory.GetFiles("/sys/class/net")).Select(Path.GetFileName);
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await LinesAsync(host.Id)).Select(l => l.Text));
    }

    [Fact]
    public async Task A_running_container_is_deleted_only_by_force()
    {
        var created = await _host.Engine.CreateAsync(Request("sleep 60"), Cancelled);
        await _host.Engine.StartAsync(created.Id, Cancelled);
        var refused = await Assert.ThrowsAsync<EngineException>(() => _host.Engine.DeleteAsync(created.Id, force: false, null, Cancelled));
        Assert.Equal(EngineError.WrongState, refused.Error);
        await _host.Engine.DeleteAsync(created.Id, force: true, null, Cancelled);
        Assert.Empty(_host.Engine.List());
        Assert.Empty(_host.CgroupsOf(created));
    }

    [Fact]
    public async Task What_a_crash_leaves_of_an_unknown_container_is_removed()
    {
        var created = await _host.Engine.CreateAsync(Request("sleep 60"), Cancelled);
        await _host.Engine.StartAsync(created.Id, Cancelled);
        await _host.CloseAsync();
        await _host.Records.AppendAsync(new Record("containers", created.Id, default, Deleted: true), Cancelled);
        await _host.OpenAsync();
        Assert.Empty(_host.CgroupsOf(created));
        Assert.False(Directory.Exists(_host.BundleOf(created)));
    }

    static ContainerRequest Request(string script) => new() { Command = Command.FromWords(["/bin/sh", "-c", script]) };

    async Task<Container> RunToEndAsync(Container container)
    {
        await _host.Engine.StartAsync(container.Id, Cancelled);
        await AwaitAsync(() => !_host.Engine.Get(container.Id).Status.IsAlive);
        return _host.Engine.Get(container.Id);
    }

    async Task<List<LogLine>> LinesAsync(string reference)
    {
        var lines = new List<LogLine>();
        await foreach (var line in _host.Engine.ReadLogAsync(reference, new LogQuery(), Cancelled))
        {
            lines.Add(line);
        }

        return lines;
    }

    Task AwaitLineAsync(string reference, string text) =>
        AwaitAsync(() => LinesAsync(reference).GetAwaiter().GetResult().Exists(l => l.Text == text));

    static async Task AwaitAsync(Func<bool> condition)
    {
        for (var attempt = 0; !condition(); attempt++)
        {
            Assert.True(attempt < 1500, "it did not happen within 30 seconds");
            await Task.Delay(20, Cancelled);
        }
    }

    static async Task<(string Text, ConsoleExited? Exit)> ReadToEndAsync(IConsoleSession console)
    {
        var text = new StringBuilder();
        ConsoleExited? exit = null;
        await foreach (var happened in console.ReadAsync(Cancelled))
        {
            switch (happened)
            {
                case ConsoleOutput output:
                    text.Append(Encoding.UTF8.GetString(output.Bytes.Span));
                    break;
                case ConsoleExited exited:
                    exit = exited;
                    break;
            }
        }

        return (text.ToString(), exit);
    }

    int ReadPids(Container container) =>
        _host.CgroupsOf(container).Select(folder => Read($"{folder}/pids.current", "pids.current")).Where(t => t is not null).Select(int.Parse!).FirstOrDefault();

    static string? Read(string first, string otherName)
    {
        foreach (var file in (string[])[first, Path.Combine(Path.GetDirectoryName(first)!, otherName)])
        {
            if (File.Exists(file))
            {
                return File.ReadAllText(file).Trim();
            }
        }

        return null;
    }
}
