using System.Diagnostics;
using static MiniRun.Data.Tests.TestStore;

namespace MiniRun.Data.Tests;

[Trait("Category", "Integration")]
public sealed class FullDiskTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_refuses_records_and_takes_them_again_when_there_is_room()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small tmpfs needs root");
        var mount = Directory.CreateTempSubdirectory("minirun-full-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount);
        try
        {
            using var store = new TestStore(mount) { SnapshotBytes = 1 << 20 };
            var document = $$"""{"text":"{{new string('x', 3000)}}"}""";
            var ballast = Path.Join(mount, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[64 << 10], Stop);
            var acknowledged = new List<string>();
            await using (var log = await store.OpenAsync())
            {
                var refused = await Xunit.Record.ExceptionAsync(async () =>
                {
                    while (acknowledged.Count < 200)
                    {
                        var id = $"r{acknowledged.Count}";
                        acknowledged.Add($"{await log.AppendAsync(Put(id, document), Stop)} things/{id} {document}");
                    }
                });
                Assert.Contains("No space left on device", Assert.IsType<IOException>(refused).Message, StringComparison.Ordinal);
                Assert.InRange(acknowledged.Count, 20, 100);
                Assert.Equal(acknowledged, Text(log));
                await Assert.ThrowsAsync<IOException>(async () => await log.SnapshotAsync(Stop));

                File.Delete(ballast);
                acknowledged.Add($"{await log.AppendAsync(Put("again"), Stop)} things/again {{}}");
            }

            var (current, warnings, _) = await store.LookAsync();
            Assert.Equal(acknowledged, current);
            Assert.Empty(warnings);
        }
        finally
        {
            await RunAsync("umount", mount);
            Directory.Delete(mount);
        }
    }

    static async Task RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.Equal(0, process.ExitCode);
    }
}
