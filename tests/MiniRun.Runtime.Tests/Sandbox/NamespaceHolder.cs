using System.Diagnostics;
using System.Globalization;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>A process in namespaces of its own, for containers to join.</summary>
sealed class NamespaceHolder : IDisposable
{
    readonly Process _process;

    NamespaceHolder(Process process, int pid) => (_process, Pid) = (process, pid);

    public int Pid { get; }

    /// <param name="options">Namespaces, as unshare(1) takes them.</param>
    /// <param name="prepare">A shell command that runs in them first.</param>
    /// <param name="mapsUsers">Whether its user namespace gets the ids of <see cref="UserNamespaces"/>.</param>
    public static async Task<NamespaceHolder> StartAsync(string options, string prepare = "true", bool mapsUsers = false)
    {
        // With a child, because of pids and clocks only a child is in the new namespace.
        var start = new ProcessStartInfo("unshare", [.. options.Split(' '), "--fork", "--kill-child", "/bin/sh", "-ec", $"{prepare}; echo; exec sleep 1000"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        var child = File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Trim();
        foreach (var map in mapsUsers ? ["uid_map", "gid_map"] : (string[])[])
        {
            await File.WriteAllTextAsync($"/proc/{child}/{map}", $"0 {UserNamespaces.First} 65536\n", TestContext.Current.CancellationToken);
        }

        return new NamespaceHolder(process, int.Parse(child, CultureInfo.InvariantCulture));
    }

    /// <summary>The file of one of its namespaces.</summary>
    public string this[string file] => $"/proc/{Pid}/ns/{file}";

    public string Namespace(string file) => RunningContainer.NamespaceOf(Pid, file);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
