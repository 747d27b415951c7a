using System.Diagnostics;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Starts under load never hang, as long as the launcher has one managed thread; with two they do (DECISIONS 1).</summary>
[Trait("Category", "Integration")]
public sealed class StressTests
{
    const int Starts = 2000;

    static string Program => $"{Repository.Root}/artifacts/stress/minirun-stress";

    [Fact]
    public async Task Two_thousand_starts_under_load_do_not_hang() =>
        Assert.Equal(Starts, await StartsBeforeHangAsync(TimeSpan.FromMinutes(3)));

    [Fact]
    public async Task With_a_collecting_thread_they_hang()
    {
        var reached = await StartsBeforeHangAsync(TimeSpan.FromSeconds(10), "--collecting-thread");
        Assert.InRange(reached, 0, Starts - 1);
    }

    /// <summary>Returns how many starts were finished when nothing happened any more.</summary>
    static async Task<int> StartsBeforeHangAsync(TimeSpan silence, params string[] options)
    {
        var bundle = NativeRuntime.MakeBundle("exec true");
        using var load = new Load(Environment.ProcessorCount);
        var progress = $"{bundle}/progress";
        // A session of its own: a hung child is killed with the whole group. Its output is a file, which no hung child keeps open for us.
        var shell = $"exec setsid {Program} {bundle} {Starts} {string.Join(' ', options)} > {progress} 2> {bundle}/errors";
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", shell]) { UseShellExecute = false })!;
        try
        {
            var reached = 0L;
            var deadline = Stopwatch.StartNew();
            while (!process.HasExited && deadline.Elapsed < silence)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
                var now = File.Exists(progress) ? new FileInfo(progress).Length : 0;
                if (now > reached)
                {
                    reached = now;
                    deadline.Restart();
                }
            }

            Assert.True(!process.HasExited || process.ExitCode == 0, File.ReadAllText($"{bundle}/errors"));
            return (int)new FileInfo(progress).Length;
        }
        finally
        {
            _ = NativeRuntime.kill(-process.Id, 9);
            await process.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(bundle, recursive: true);
        }
    }

    /// <summary>Keeps every CPU busy with processes of its own.</summary>
    sealed class Load : IDisposable
    {
        readonly List<Process> _processes = [];

        public Load(int count)
        {
            for (var i = 0; i < count; i++)
            {
                _processes.Add(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "while :; do :; done"]) { UseShellExecute = false })!);
            }
        }

        public void Dispose()
        {
            foreach (var process in _processes)
            {
                process.Kill();
                process.Dispose();
            }
        }
    }
}
