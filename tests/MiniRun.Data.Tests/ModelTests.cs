using CsCheck;
using static MiniRun.Data.Tests.TestStore;

namespace MiniRun.Data.Tests;

public sealed class ModelTests
{
    enum Step
    {
        Put,
        Delete,
        Snapshot,
        Reopen,
    }

    static readonly Gen<Step> Steps =
        Gen.Frequency((6, Gen.Const(Step.Put)), (3, Gen.Const(Step.Delete)), (1, Gen.Const(Step.Snapshot)), (1, Gen.Const(Step.Reopen)));

    [Fact]
    public async Task Any_history_is_what_a_dictionary_would_hold() => await
        Gen.Select(Steps, Gen.Int[0, 5], Gen.String[Gen.Char.AlphaNumeric, 0, 40]).Array[0, 60]
            .SampleAsync(async history =>
            {
                using var store = new TestStore { SnapshotBytes = 700 };
                var model = new Dictionary<string, string>();
                var sequence = 0L;
                var log = await store.OpenAsync();
                foreach (var (step, id, text) in history)
                {
                    var key = $"r{id}";
                    switch (step)
                    {
                        case Step.Put:
                            sequence++;
                            Assert.Equal(sequence, await log.AppendAsync(Put(key, $$"""{"text":"{{text}}"}"""), CancellationToken.None));
                            model[key] = $"{sequence} things/{key} {{\"text\":\"{text}\"}}";
                            break;
                        case Step.Delete:
                            sequence++;
                            Assert.Equal(sequence, await log.AppendAsync(Delete(key), CancellationToken.None));
                            model.Remove(key);
                            break;
                        case Step.Snapshot:
                            await log.SnapshotAsync(CancellationToken.None);
                            break;
                        case Step.Reopen:
                            await log.DisposeAsync();
                            log = await store.OpenAsync();
                            Assert.Empty(log.Warnings);
                            break;
                    }

                    Assert.Equal(model.Values.Order(StringComparer.Ordinal), Text(log).Order(StringComparer.Ordinal));
                }

                await log.DisposeAsync();
            }, iter: 60);
}
