using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>A line of /proc/self/mountinfo (proc_pid_mountinfo(5)).</summary>
sealed record MountLine(string Root, string Place, string Options, string Propagation, string Type, string FilesystemOptions);

/// <summary>A container in a mount namespace of its own, which a shell prepares first: what a test mounts never reaches the host.</summary>
sealed class MountHost : IDisposable
{
    readonly string _state = Directory.CreateTempSubdirectory("minirun-root-").FullName;

    public MountHost(string script)
    {
        Bundle = NativeRuntime.MakeBundle(script);
        foreach (var applet in (string[])["stat", "head", "tail", "mknod", "rm", "find", "sort", "wc", "tr"])
        {
            File.CreateSymbolicLink($"{Rootfs}/bin/{applet}", "busybox");
        }

        Config = JsonNode.Parse(File.ReadAllText($"{Bundle}/config.json"))!.AsObject();
    }

    public string Bundle { get; }

    /// <summary>What runs the container.</summary>
    public string Command => $"{Repository.RuntimeBinary} --root {_state} run --bundle {Bundle} {Path.GetFileName(Bundle)}";

    public string Rootfs => Bundle + "/rootfs";

    public JsonObject Config { get; }

    public JsonObject Linux => Config["linux"]!.AsObject();

    public JsonObject ProcessSpec => Config["process"]!.AsObject();

    public JsonArray Mounts => Config["mounts"]!.AsArray();

    public MountHost Mount(string destination, string type, string source, params string[] options)
    {
        Mounts.Add((JsonNode)new JsonObject
        {
            ["destination"] = destination,
            ["type"] = type,
            ["source"] = source,
            ["options"] = new JsonArray([.. options.Select(option => (JsonNode)option)]),
        });
        return this;
    }

    public MountHost WithCapability(string name)
    {
        foreach (var set in (string[])["bounding", "effective", "permitted"])
        {
            Config["process"]!["capabilities"]![set]!.AsArray().Add(name);
        }

        return this;
    }

    /// <summary>Takes a mount of the sample configuration away.</summary>
    public MountHost Without(string destination)
    {
        Mounts.Remove(Mounts.First(mount => (string)mount!["destination"]! == destination));
        return this;
    }

    /// <param name="prepare">A shell script that runs in the namespace before the runtime; $bundle is the bundle.</param>
    /// <param name="propagation">Of all mounts of that namespace, as unshare(1) takes it.</param>
    /// <param name="runtime">What is run instead of the runtime's own <c>run</c>.</param>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(string prepare = "", string propagation = "private", string? runtime = null)
    {
        File.WriteAllText($"{Bundle}/config.json", Config.ToJsonString());
        var start = new ProcessStartInfo("unshare", ["-m", "--propagation", propagation, "/bin/sh", "-ec", $"bundle={Bundle}\n{prepare}\nexec {runtime ?? Command}"])
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

    /// <summary>Runs, expects success, and returns the output.</summary>
    public async Task<string> OutputAsync(string prepare = "", string propagation = "private")
    {
        var (code, output, error) = await RunAsync(prepare, propagation);
        Assert.True(code == 0, $"exit code {code}: {error}{output}");
        return output;
    }

    /// <summary>Reads what <c>cat /proc/self/mountinfo</c> printed.</summary>
    public static List<MountLine> Lines(string output)
    {
        var lines = new List<MountLine>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            var dash = Array.IndexOf(words, "-");
            if (dash >= 6)
            {
                // inode64 is what a kernel is built for, not what a mount asks for.
                var filesystem = words[dash + 3].Replace(",inode64", "", StringComparison.Ordinal);
                lines.Add(new MountLine(words[3], words[4], words[5], string.Join(' ', words[6..dash]), words[dash + 1], filesystem));
            }
        }

        return lines;
    }

    public void Dispose()
    {
        Directory.Delete(Bundle, recursive: true);
        // Whatever a test did: no state of a container is left.
        Assert.Empty(Directory.GetFileSystemEntries(_state));
        Directory.Delete(_state);
    }
}
