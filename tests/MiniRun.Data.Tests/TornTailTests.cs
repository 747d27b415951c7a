using static MiniRun.Data.Tests.TestStore;

namespace MiniRun.Data.Tests;

public sealed class TornTailTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_torn_tail_is_cut_to_the_last_good_record_at_every_length()
    {
        using var store = new TestStore();
        var ends = new List<long> { 40 };
        await using (var log = await store.OpenAsync())
        {
            for (var number = 1; number <= 4; number++)
            {
                await log.AppendAsync(Put($"r{number}", $$"""{"n":{{number}}}"""), Stop);
                ends.Add(new FileInfo(store.Log).Length);
            }
        }

        var whole = await File.ReadAllBytesAsync(store.Log, Stop);
        for (var length = 40; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(store.Log, whole[..length], Stop);
            var kept = ends.Count(end => end <= length) - 1;
            await using (var log = await store.OpenAsync())
            {
                Assert.Equal(Enumerable.Range(1, kept).Select(n => $"{n} things/r{n} {{\"n\":{n}}}"), Text(log));
                Assert.Empty(log.Warnings);
                Assert.Equal(ends[kept], new FileInfo(store.Log).Length);
                Assert.Equal(kept + 1, await log.AppendAsync(Put("after"), Stop));
            }

            Assert.Equal($"{kept + 1} things/after {{}}", (await store.LookAsync()).Current[^1]);
        }
    }

    [Fact]
    public async Task A_log_cut_inside_its_header_is_set_aside()
    {
        using var store = new TestStore();
        await using (var log = await store.OpenAsync())
        {
            await log.AppendAsync(Put("a"), Stop);
        }

        for (var length = 0; length < 40; length++)
        {
            await File.WriteAllBytesAsync(store.Log, new byte[length], Stop);
            var (current, warnings, _) = await store.LookAsync();
            Assert.Empty(current);
            Assert.Contains("header is damaged", Assert.Single(warnings), StringComparison.Ordinal);
            Assert.True(File.Exists($"{store.Log}.corrupt-{length + 1}"));
        }
    }

    [Fact]
    public async Task A_tail_of_zeroes_is_cut()
    {
        using var store = new TestStore();
        await using (var log = await store.OpenAsync())
        {
            await log.AppendAsync(Put("a"), Stop);
        }

        await File.AppendAllBytesAsync(store.Log, new byte[5000], Stop);
        var (current, warnings, _) = await store.LookAsync();
        Assert.Equal(["1 things/a {}"], current);
        Assert.Empty(warnings);
    }
}
