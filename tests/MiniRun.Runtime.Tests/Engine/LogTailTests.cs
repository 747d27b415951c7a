using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Engine;

public sealed class LogTailTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("minirun-log-");

    [Theory]
    [InlineData(1, "$ ")]
    [InlineData(2, "hi\n$ ")]
    [InlineData(3, "$ echo hi\nhi\n$ ")]
    [InlineData(4, "first\n$ echo hi\nhi\n$ ")]
    [InlineData(null, "first\n$ echo hi\nhi\n$ ")]
    public async Task The_pieces_of_a_line_count_once(int? tail, string expected)
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "log"),
            string.Concat(((string[])["F first", "P $ ", "P ec", "F ho hi", "F hi", "P $ "]).Select(r => $"2026-01-31T12:00:00.000000000Z stdout {r}\n")),
            TestContext.Current.CancellationToken);
        using var log = new ContainerLog(Folder.Open(_folder.FullName), TimeProvider.System);

        var text = "";
        await foreach (var line in log.ReadAsync(new LogQuery(tail), () => false, TestContext.Current.CancellationToken))
        {
            text += line.Partial ? line.Text : $"{line.Text}\n";
        }

        Assert.Equal(expected, text);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
