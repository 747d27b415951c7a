using System.Diagnostics;
using System.Globalization;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>A container that goes on running, to be looked at from the host and by further processes in it.</summary>
sealed class RunningContainer : IAsyncDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("minirun-root-").FullName;
    readonly string _id;

    RunningContainer(string id) => _id = id;

    /// <summary>Its first process, on the host.</summary>
    public int Pid { get; private set; }

    /// <summary>Starts what a host describes; its script should end with <c>exec sleep 1000</c>.</summary>
    /// <param name="options">Of the runtime itself.</param>
    public static async Task<RunningContainer> StartAsync(MountHost host, string options = "")
    {
        var container = new RunningContainer(Path.GetFileName(host.Bundle));
        File.WriteAllText($"{host.Bundle}/config.json", host.Config.ToJsonString());
        var (code, output, error) = await container.RunAsync(
            $"{options} run --detach --bundle {host.Bundle} --pid-file {container._root}.pid {container._id} </dev/null >{container._root}.out 2>&1 || {{ cat {container._root}.out; exit 1; }}");
        if (code != 0)
        {
            await container.DisposeAsync();
            Assert.Fail($"exit code {code}: {error}{output}");
        }

        container.Pid = int.Parse(File.ReadAllText(container._root + ".pid"), CultureInfo.InvariantCulture);
        // Its script has done what it does when it has become what it ends with.
        for (var tries = 0; tries < 500 && container.Read("comm") is not "sleep\n"; tries++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return container;
    }

    /// <summary>A file of its first process in /proc.</summary>
    public string Read(string file) => ReadOf(Pid, file);

    public static string ReadOf(int pid, string file) => File.ReadAllText($"/proc/{pid}/{file}");

    /// <summary>The value of a line of <c>/proc/PID/status</c>.</summary>
    public string Status(string name) => Read("status").Split('\n').Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    /// <summary>Which namespace of a type it is in, by the name of the file below <c>ns</c>.</summary>
    public string Namespace(string file) => NamespaceOf(Pid, file);

    public static string NamespaceOf(int pid, string file) => new FileInfo($"/proc/{pid}/ns/{file}").LinkTarget!;

    /// <summary>Runs one more process in it, expects success, and returns the output.</summary>
    public async Task<string> ExecAsync(string words, string options = "")
    {
        var (code, output, error) = await RunAsync($"exec {options} {_id} {words}");
        Assert.True(code == 0, $"exit code {code}: {error}{output}");
        return output;
    }

    /// <summary>Runs a verb, behind the name of the state's folder.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(string words)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{Repository.RuntimeBinary} --root {_root} {words}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync($"delete --force {_id}");
        File.Delete(_root + ".pid");
        File.Delete(_root + ".out");
        Assert.Empty(Directory.GetFileSystemEntries(_root));
        Directory.Delete(_root);
    }
}
