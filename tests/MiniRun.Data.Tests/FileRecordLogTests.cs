using MiniRun.Runtime.Engine;
using Record = MiniRun.Runtime.Engine.Record;
using static MiniRun.Data.Tests.TestStore;

namespace MiniRun.Data.Tests;

public sealed class FileRecordLogTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_appended_is_there_after_opening_again()
    {
        using var store = new TestStore();
        Guid epoch;
        await using (var log = await store.OpenAsync())
        {
            epoch = log.Epoch;
            Assert.Equal(1, await log.AppendAsync(Put("a", """{ "n" : 1, "text": "ä \" x" }"""), Stop));
            Assert.Equal(2, await log.AppendAsync(Put("b"), Stop));
            Assert.Equal(3, await log.AppendAsync(Put("a", """{"n":2}"""), Stop));
            Assert.Equal(4, await log.AppendAsync(Delete("b"), Stop));
            Assert.Equal(["3 things/a {\"n\":2}"], Text(log));
        }

        await using var again = await store.OpenAsync();
        Assert.Equal(["3 things/a {\"n\":2}"], Text(again));
        Assert.Equal(
            ["1 things/a {\"n\":1,\"text\":\"ä \\\" x\"}", "2 things/b {}", "3 things/a {\"n\":2}", "4 things/b deleted"], await ReadAsync(again));
        Assert.Equal(epoch, again.Epoch);
        Assert.Equal(4, again.LastSequence);
        Assert.Empty(again.Warnings);
    }

    [Fact]
    public async Task Reading_begins_after_the_sequence_that_was_asked_for()
    {
        using var store = new TestStore();
        await using var log = await store.OpenAsync();
        for (var number = 1; number <= 5; number++)
        {
            await log.AppendAsync(Put($"r{number}"), Stop);
        }

        Assert.Equal(["4 things/r4 {}", "5 things/r5 {}"], await ReadAsync(log, after: 3));
        Assert.Empty(await ReadAsync(log, after: 5));
    }

    [Fact]
    public async Task A_snapshot_leaves_documents_a_person_can_read_and_an_empty_log()
    {
        using var store = new TestStore();
        await using (var log = await store.OpenAsync())
        {
            await log.AppendAsync(Put("web", """{"name":"web","ports":[80,443],"empty":{},"none":[]}"""), Stop);
            await log.AppendAsync(Put("gone"), Stop);
            await log.SnapshotAsync(Stop);
            Assert.True(File.Exists(store.Document("things", "gone")));
            await log.AppendAsync(Delete("gone"), Stop);
            await log.SnapshotAsync(Stop);
            Assert.False(File.Exists(store.Document("things", "gone")));
            Assert.Empty(await ReadAsync(log));
            Assert.Equal(40, new FileInfo(store.Log).Length);
            Assert.Contains(
                """
                  "document": {
                    "name": "web",
                    "ports": [
                      80,
                      443
                    ],
                    "empty": {},
                    "none": []
                  }
                """,
                await File.ReadAllTextAsync(store.Document("things", "web"), Stop),
                StringComparison.Ordinal);
            Assert.Equal(4, await log.AppendAsync(Put("next"), Stop));
        }

        var (current, warnings, _) = await store.LookAsync();
        Assert.Equal(["1 things/web {\"name\":\"web\",\"ports\":[80,443],\"empty\":{},\"none\":[]}", "4 things/next {}"], current);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task A_log_that_grew_too_long_becomes_documents_by_itself()
    {
        using var store = new TestStore { SnapshotBytes = 2000 };
        await using (var log = await store.OpenAsync())
        {
            for (var number = 1; number <= 200; number++)
            {
                await log.AppendAsync(Put($"r{number % 7}", $$"""{"n":{{number}}}"""), Stop);
            }
        }

        Assert.InRange(new FileInfo(store.Log).Length, 40, 2100);
        var (current, _, sequence) = await store.LookAsync();
        Assert.Equal(200, sequence);
        Assert.Equal(7, current.Count);
        Assert.Equal("200 things/r4 {\"n\":200}", current[^1]);
    }

    [Fact]
    public async Task Only_the_owner_can_read_the_store()
    {
        using var store = new TestStore();
        await using var log = await store.OpenAsync();
        await log.AppendAsync(Put("secret"), Stop);
        await log.SnapshotAsync(Stop);
        const UnixFileMode File0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(
            Directory.GetFiles(store.Folder, "*", SearchOption.AllDirectories), path => Assert.Equal(File0600, File.GetUnixFileMode(path)));
        Assert.Equal(File0600 | UnixFileMode.UserExecute, File.GetUnixFileMode(store.Folder));
        Assert.Equal(File0600 | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Join(store.Folder, "things")));
    }

    [Fact]
    public async Task A_caller_may_use_its_buffer_again()
    {
        using var store = new TestStore();
        await using var log = await store.OpenAsync();
        var buffer = """{"n":1}"""u8.ToArray();
        await log.AppendAsync(new Record("things", "a", buffer), Stop);
        buffer.AsSpan().Fill((byte)'x');
        Assert.Equal(["1 things/a {\"n\":1}"], Text(log));
        Assert.Equal(["1 things/a {\"n\":1}"], await ReadAsync(log));
    }

    [Fact]
    public async Task A_cancelled_append_writes_nothing_and_uses_no_number()
    {
        using var store = new TestStore();
        await using var log = await store.OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await log.AppendAsync(Put("a"), new CancellationToken(canceled: true)));
        Assert.Equal(1, await log.AppendAsync(Put("b"), Stop));
    }

    [Fact]
    public async Task A_closed_log_says_so()
    {
        using var store = new TestStore();
        var log = await store.OpenAsync();
        await log.DisposeAsync();
        var error = await Assert.ThrowsAsync<ObjectDisposedException>(async () => await log.AppendAsync(Put("a"), Stop));
        Assert.Contains("closed", error.Message, StringComparison.Ordinal);
        await log.DisposeAsync();
    }

    [Fact]
    public async Task A_second_owner_is_told_who_has_the_store()
    {
        using var store = new TestStore();
        await using (await store.OpenAsync())
        {
            var error = await Assert.ThrowsAsync<IOException>(() => store.OpenAsync());
            Assert.Equal(
                $"The store {store.Folder} is in use by process {Environment.ProcessId}: stop it first, or set MINIRUN_HOME to another folder.",
                error.Message);
        }

        await using var after = await store.OpenAsync();
        Assert.Empty(after.Current);
    }

    [Fact]
    public async Task Options_are_checked()
    {
        using var store = new TestStore { SnapshotBytes = 0 };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => store.OpenAsync());
        Assert.Contains("SnapshotBytes", error.Message, StringComparison.Ordinal);
    }
}
