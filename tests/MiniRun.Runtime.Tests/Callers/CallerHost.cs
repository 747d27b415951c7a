using System.Diagnostics;
using System.Text;
using MiniRun.Runtime.Tests.Sandbox;
using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Callers;

/// <summary>A folder in which somebody else's container manager runs with this runtime, under whatever name. Gone with everything
/// that was started in it, and with the manager's cgroups.</summary>
abstract class CallerHost : CallingHost, IAsyncDisposable
{
    readonly string _place = Directory.CreateTempSubdirectory("minirun-caller-").FullName;
    int _calls;

    protected CallerHost()
    {
        Directory.CreateDirectory(this["calls"]);
        File.Copy(Repository.RuntimeBinary, Runtime);
        MakeRoot();
    }

    /// <summary>A path below the folder.</summary>
    public string this[string name] => $"{_place}/{name}";

    /// <summary>The runtime under a name that nobody knows.</summary>
    public string Runtime => this["anything"];

    /// <summary>A root filesystem with busybox.</summary>
    public string Root => this["rootfs"];

    /// <summary>Of the cgroup that all cgroups of the manager's containers are below, and of whatever else needs one.</summary>
    public string Name { get; } = $"minirun-caller-{Guid.NewGuid():N}"[..23];

    /// <summary>The manager's client with what stands before its verb.</summary>
    protected abstract IReadOnlyList<string> Client { get; }

    public override RunningCall Start(Call call) => RunningCall.Start(call with { Words = [.. Client, .. call.Words] }, $"{this["calls"]}/{Interlocked.Increment(ref _calls)}");

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var process in Leftovers.Processes(_place))
        {
            _ = NativeRuntime.kill(process, 9);
        }

        await Eventually.IsAsync(() => Task.FromResult(!Leftovers.Processes(_place).Any()), "a process of the manager does not end");
        foreach (var place in File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(place => place.StartsWith(_place, StringComparison.Ordinal)).Reverse().ToList())
        {
            using var unmount = Process.Start("umount", ["--lazy", place]);
            await unmount.WaitForExitAsync(CancellationToken.None);
        }

        await Eventually.IsAsync(() => Task.FromResult(TryRemoveCgroups()), "a cgroup of the manager is in use");
        Directory.Delete(_place, recursive: true);
    }

    /// <summary>Empty ones; those of processes that have just ended are in use for a moment.</summary>
    bool TryRemoveCgroups()
    {
        try
        {
            RemoveCgroups();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    void RemoveCgroups()
    {
        foreach (var tree in File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup", StringComparison.Ordinal)).Select(line => line.Split(' ')[4]))
        {
            if (Directory.Exists($"{tree}/{Name}"))
            {
                foreach (var below in Directory.GetDirectories($"{tree}/{Name}", "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length))
                {
                    Directory.Delete(below);
                }

                Directory.Delete($"{tree}/{Name}");
            }
        }
    }

    void MakeRoot()
    {
        foreach (var folder in (string[])["bin", "dev", "etc", "proc", "run", "sys", "tmp", "var/tmp"])
        {
            Directory.CreateDirectory($"{Root}/{folder}");
        }

        File.Copy("/bin/busybox", $"{Root}/bin/busybox");
        File.SetUnixFileMode($"{Root}/bin/busybox", (UnixFileMode)0b111_101_101);
        foreach (var applet in (string[])["cat", "echo", "env", "grep", "id", "ls", "pwd", "sh", "sleep", "stty", "touch", "true", "tty"])
        {
            File.CreateSymbolicLink($"{Root}/bin/{applet}", "busybox");
        }

        File.WriteAllText($"{Root}/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", Encoding.ASCII);
    }

    /// <summary>Starts the manager's daemon and waits until its client reaches it.</summary>
    protected async Task<Process> StartDaemonAsync(string shell, params string[] ask)
    {
        var daemon = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {shell} </dev/null >{this["log"]} 2>&1"]) { UseShellExecute = false })!;
        await Eventually.IsAsync(
            async () => daemon.HasExited ? throw new InvalidOperationException(await File.ReadAllTextAsync(this["log"], CancellationToken.None)) : (await RunAsync(ask)).ExitCode == 0,
            () => "the daemon does not answer: " + File.ReadAllText(this["log"]));
        return daemon;
    }

    /// <summary>SIGTERM, and by force when that does not help.</summary>
    protected static async Task EndAsync(Process daemon)
    {
        _ = NativeRuntime.kill(daemon.Id, 15);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await daemon.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            daemon.Kill();
        }

        daemon.Dispose();
    }
}
