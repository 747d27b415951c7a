using static MiniRun.Data.Tests.TestStore;

namespace MiniRun.Data.Tests;

public sealed class DamageTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flipped_bit_costs_one_record_at_most_and_never_makes_one_up()
    {
        using var store = new TestStore();
        string[] written;
        await using (var log = await store.OpenAsync())
        {
            for (var number = 1; number <= 3; number++)
            {
                await log.AppendAsync(Put($"r{number}", $$"""{"n":{{number}}}"""), Stop);
            }

            written = [.. Text(log)];
        }

        var whole = await File.ReadAllBytesAsync(store.Log, Stop);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            using var flipped = new TestStore();
            Directory.CreateDirectory(flipped.Folder);
            var bytes = whole.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(flipped.Log, bytes, Stop);
            await using var log = await flipped.OpenAsync();
            var current = Text(log);
            Assert.Subset(written.ToHashSet(), current.ToHashSet());
            Assert.InRange(current.Count, bit < 40 * 8 ? 3 : 2, 3);
            // The last record cannot be told from an append that a crash tore; every other place is noticed.
            Assert.True(log.Warnings.Count == 1 || current.SequenceEqual(written[..2]), $"bit {bit}: nothing was noticed");
            Assert.Equal(log.LastSequence + 1, await log.AppendAsync(Put("after"), Stop));
        }
    }

    [Fact]
    public async Task Damage_in_the_middle_keeps_the_rest_and_the_file_and_starts_a_new_epoch()
    {
        using var store = new TestStore();
        Guid epoch;
        await using (var log = await store.OpenAsync())
        {
            epoch = log.Epoch;
            await log.AppendAsync(Put("first"), Stop);
            await log.AppendAsync(Put("second", """{"mark":"XXXX"}"""), Stop);
            await log.AppendAsync(Put("third"), Stop);
        }

        var bytes = await File.ReadAllBytesAsync(store.Log, Stop);
        bytes[bytes.AsSpan().IndexOf("XXXX"u8)] = (byte)'Y';
        await File.WriteAllBytesAsync(store.Log, bytes, Stop);
        await using (var log = await store.OpenAsync())
        {
            Assert.Equal(["1 things/first {}", "3 things/third {}"], Text(log));
            Assert.Contains("records 2 to 2", Assert.Single(log.Warnings), StringComparison.Ordinal);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(store.Log + ".corrupt-1", Stop));
            Assert.NotEqual(epoch, log.Epoch);
            Assert.Equal(4, await log.AppendAsync(Put("fourth"), Stop));
            epoch = log.Epoch;
        }

        await using var again = await store.OpenAsync();
        Assert.Equal(["1 things/first {}", "3 things/third {}", "4 things/fourth {}"], Text(again));
        Assert.Empty(again.Warnings);
        Assert.Equal(epoch, again.Epoch);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"version\":1,\"sequence\":\"x\"}")]
    [InlineData("not json")]
    [InlineData("\0\0\0\0")]
    public async Task A_damaged_document_is_set_aside_and_the_others_are_read(string content)
    {
        using var store = new TestStore();
        await using (var log = await store.OpenAsync())
        {
            await log.AppendAsync(Put("good"), Stop);
            await log.AppendAsync(Put("bad"), Stop);
            await log.SnapshotAsync(Stop);
        }

        await File.WriteAllTextAsync(store.Document("things", "bad"), content, Stop);
        var (current, warnings, sequence) = await store.LookAsync();
        Assert.Equal(["1 things/good {}"], current);
        Assert.Contains("bad.json is damaged", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.True(File.Exists(store.Document("things", "bad") + ".corrupt-1"));
        Assert.Equal(2, sequence);
        Assert.Empty((await store.LookAsync()).Warnings);
    }

    [Fact]
    public async Task Folders_in_the_place_of_files_do_not_keep_the_store_from_opening()
    {
        using var store = new TestStore();
        await using (var log = await store.OpenAsync())
        {
            await log.AppendAsync(Put("a"), Stop);
            await log.AppendAsync(Put("b"), Stop);
            await log.SnapshotAsync(Stop);
        }

        File.Delete(store.Log);
        Directory.CreateDirectory(store.Log);
        File.Delete(store.Document("things", "b"));
        Directory.CreateDirectory(store.Document("things", "b"));
        await File.WriteAllTextAsync(Path.Join(store.Folder, "things", ".c.json.tmp"), "left by a crash", Stop);
        await using (var log = await store.OpenAsync())
        {
            Assert.Equal(["1 things/a {}"], Text(log));
            Assert.Equal(2, log.Warnings.Count);
            await log.AppendAsync(Put("d"), Stop);
        }

        Assert.False(File.Exists(Path.Join(store.Folder, "things", ".c.json.tmp")));
        Assert.Equal(["1 things/a {}", "2 things/d {}"], (await store.LookAsync()).Current);
    }

    [Fact]
    public async Task A_missing_log_beside_documents_is_told()
    {
        using var store = new TestStore();
        await using (var log = await store.OpenAsync())
        {
            await log.AppendAsync(Put("a"), Stop);
            await log.SnapshotAsync(Stop);
        }

        File.Delete(store.Log);
        var (current, warnings, _) = await store.LookAsync();
        Assert.Equal(["1 things/a {}"], current);
        Assert.Contains("is missing", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_older_than_the_documents_is_told()
    {
        using var store = new TestStore();
        byte[] old;
        await using (var log = await store.OpenAsync())
        {
            await log.AppendAsync(Put("a"), Stop);
            old = await File.ReadAllBytesAsync(store.Log, Stop);
            await log.AppendAsync(Put("b"), Stop);
            await log.SnapshotAsync(Stop);
        }

        await File.WriteAllBytesAsync(store.Log, old, Stop);
        var (current, warnings, sequence) = await store.LookAsync();
        Assert.Equal(["1 things/a {}", "2 things/b {}"], current);
        Assert.Contains("ends at record 1 and a document has 2", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(2, sequence);
    }

    [Fact]
    public async Task A_log_of_a_newer_version_is_refused_untouched()
    {
        using var store = new TestStore();
        Directory.CreateDirectory(store.Folder);
        var header = new Data.Log.LogHeader(Guid.NewGuid(), 0).ToBytes();
        header[8] = 2;
        BitConverter.TryWriteBytes(header.AsSpan(36), Data.Storage.Crc32C.Compute(header.AsSpan(0, 36)));
        await File.WriteAllBytesAsync(store.Log, header, Stop);
        var error = await Assert.ThrowsAsync<IOException>(() => store.OpenAsync());
        Assert.Contains("has format 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(header, await File.ReadAllBytesAsync(store.Log, Stop));
    }
}
