using MiniRun.Data.Storage;
using static MiniRun.Data.Tests.TestStore;

namespace MiniRun.Data.Tests;

public sealed class GroupCommitTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_parallel_appenders_get_every_number_once_and_share_fsyncs()
    {
        using var store = new TestStore();
        var syncs = 0;
        IReadOnlyList<string> before;
        await using (var log = await store.OpenAsync((act, path) =>
        {
            if (act is DiskAct.Sync)
            {
                Interlocked.Increment(ref syncs);
                // A slow disk is what makes appends meet; without it each might find the disk free.
                Thread.SpinWait(200_000);
            }
        }))
        {
            syncs = 0;
            var numbers = await Task.WhenAll(Enumerable.Range(0, 50).Select(appender => Task.Run(
                async () =>
                {
                    var got = new List<long>();
                    for (var round = 0; round < 20; round++)
                    {
                        got.Add(await log.AppendAsync(Put($"a{appender}", $$"""{"round":{{round}}}"""), Stop));
                    }

                    return got;
                },
                Stop)));
            Assert.Equal(Enumerable.Range(1, 1000).Select(number => (long)number), numbers.SelectMany(got => got).Order());
            Assert.All(numbers, got => Assert.Equal(got.Order(), got));
            Assert.InRange(syncs, 1, 500);
            before = Text(log);
            Assert.Equal(50, before.Count);
        }

        Assert.Equal(before, (await store.LookAsync()).Current);
    }
}
