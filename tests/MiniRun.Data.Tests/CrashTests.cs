using MiniRun.Data.Storage;
using static MiniRun.Data.Tests.TestStore;

namespace MiniRun.Data.Tests;

/// <summary>The disk dies before the n-th act and stays dead: what lies there is what a crash at that step leaves.</summary>
public sealed class CrashTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static readonly string[] AfterAll = ["1 things/kept {}", "3 things/changed {\"v\":2}", "5 others/fresh {}"];

    [Fact]
    public async Task A_crash_at_any_step_of_a_snapshot_loses_nothing_and_resurrects_nothing()
    {
        var steps = 0;
        for (var finished = false; !finished; steps++)
        {
            using var store = new TestStore();
            var disk = new DyingDisk();
            await using (var log = await store.OpenAsync(disk.Before))
            {
                await WriteHistoryAsync(log);
                disk.DieBefore(steps);
                finished = await Xunit.Record.ExceptionAsync(() => log.SnapshotAsync(Stop)) is null;
            }

            var (current, warnings, sequence) = await store.LookAsync();
            Assert.Equal(AfterAll, current);
            Assert.Empty(warnings);
            Assert.Equal(5, sequence);
            Assert.Equal(AfterAll, (await store.LookAsync()).Current);
        }

        Assert.InRange(steps, 15, 40);
    }

    [Fact]
    public async Task A_snapshot_that_failed_at_any_step_can_be_gone_on_from()
    {
        for (var step = 0; step < 40; step++)
        {
            using var store = new TestStore();
            var disk = new DyingDisk();
            await using (var log = await store.OpenAsync(disk.Before))
            {
                await WriteHistoryAsync(log);
                disk.DieBefore(step);
                await Xunit.Record.ExceptionAsync(() => log.SnapshotAsync(Stop));
                disk.Heal();
                Assert.Equal(6, await log.AppendAsync(Put("after"), Stop));
            }

            Assert.Equal([.. AfterAll, "6 things/after {}"], (await store.LookAsync()).Current);
        }
    }

    [Fact]
    public async Task A_crash_at_any_step_of_an_append_keeps_all_that_was_acknowledged()
    {
        var steps = 0;
        for (var finished = false; !finished; steps++)
        {
            using var store = new TestStore();
            var disk = new DyingDisk();
            var acknowledged = new List<string>();
            await using (var log = await store.OpenAsync(disk.Before))
            {
                disk.DieBefore(steps);
                finished = await Xunit.Record.ExceptionAsync(async () =>
                {
                    for (var number = 1; number <= 3; number++)
                    {
                        acknowledged.Add($"{await log.AppendAsync(Put($"r{number}"), Stop)} things/r{number} {{}}");
                    }
                }) is null;
                Assert.Equal(acknowledged, Text(log));
            }

            var (current, _, _) = await store.LookAsync();
            Assert.Equal(acknowledged, current.Take(acknowledged.Count));
            Assert.InRange(current.Count, acknowledged.Count, acknowledged.Count + 1);
        }

        Assert.Equal(7, steps);
    }

    [Fact]
    public async Task A_crash_at_any_step_of_repairing_a_damaged_log_keeps_what_was_readable()
    {
        for (var step = 0; step < 30; step++)
        {
            using var store = new TestStore();
            await using (var log = await store.OpenAsync())
            {
                await WriteHistoryAsync(log);
            }

            var bytes = await File.ReadAllBytesAsync(store.Log, Stop);
            bytes[20] ^= 1;
            await File.WriteAllBytesAsync(store.Log, bytes, Stop);
            var disk = new DyingDisk();
            disk.DieBefore(step);
            await using (var log = await store.OpenAsync(disk.Before))
            {
                Assert.Equal(AfterAll, Text(log));
                disk.Heal();
                Assert.Equal(6, await log.AppendAsync(Put("after"), Stop));
            }

            Assert.Equal([.. AfterAll, "6 things/after {}"], (await store.LookAsync()).Current);
        }
    }

    [Fact]
    public async Task A_failed_fsync_refuses_the_record_and_the_next_goes_to_a_fresh_log()
    {
        using var store = new TestStore();
        var fail = false;
        await using (var log = await store.OpenAsync((act, _) =>
        {
            if (fail && act is DiskAct.Sync)
            {
                fail = false;
                throw new IOException("Input/output error");
            }
        }))
        {
            await log.AppendAsync(Put("a"), Stop);
            fail = true;
            var error = await Assert.ThrowsAsync<IOException>(async () => await log.AppendAsync(Put("lost"), Stop));
            Assert.Contains("Input/output error", error.Message, StringComparison.Ordinal);
            Assert.Contains("the record was not kept", error.Message, StringComparison.Ordinal);
            Assert.Equal(["1 things/a {}"], Text(log));
            Assert.Equal(2, await log.AppendAsync(Put("b"), Stop));
            Assert.Equal(["2 things/b {}"], await ReadAsync(log));
        }

        Assert.Equal(["1 things/a {}", "2 things/b {}"], (await store.LookAsync()).Current);
    }

    [Fact]
    public async Task Every_rename_follows_the_fsync_of_its_file_and_is_followed_by_that_of_its_folder()
    {
        using var store = new TestStore();
        var acts = new List<string>();
        await using var log = await store.OpenAsync((act, path) => acts.Add($"{act} {Path.GetFileName(path)}"));
        await log.AppendAsync(Put("a"), Stop);
        await log.AppendAsync(Put("b"), Stop);
        await log.AppendAsync(Delete("b"), Stop);
        acts.Clear();
        await log.SnapshotAsync(Stop);
        var folder = Path.GetFileName(store.Folder);
        Assert.Equal(
            [
                "CreateFolder things", $"SyncFolder {folder}",
                "CreateFile .a.json.tmp", "Write .a.json.tmp", "Sync .a.json.tmp", "Rename a.json",
                "Delete b.json", "SyncFolder things",
                "CreateFile .records.log.tmp", "Write .records.log.tmp", "Sync .records.log.tmp", "Rename records.log", $"SyncFolder {folder}",
            ],
            acts);
    }

    static async Task WriteHistoryAsync(FileRecordLog log)
    {
        await log.AppendAsync(Put("kept"), Stop);
        await log.AppendAsync(Put("changed", """{"v":1}"""), Stop);
        await log.AppendAsync(Put("changed", """{"v":2}"""), Stop);
        await log.AppendAsync(Delete("never"), Stop);
        await log.AppendAsync(Put("fresh", kind: "others"), Stop);
    }

    sealed class DyingDisk
    {
        int _left = int.MaxValue;

        public void DieBefore(int acts) => _left = acts;

        public void Heal() => _left = int.MaxValue;

        public void Before(DiskAct act, string path)
        {
            if (_left-- <= 0)
            {
                _left = 0;
                throw new IOException($"the disk died before {act} {path}");
            }
        }
    }
}
