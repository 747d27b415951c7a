using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>Containers of runc whose only program tries every system call (probe.c). They have no capability, so that what
/// a filter lets through fails all the same.</summary>
sealed class SeccompProbe : IDisposable
{
    readonly string _bundle = Directory.CreateTempSubdirectory("minirun-probe-").FullName;

    public SeccompProbe()
    {
        Directory.CreateDirectory($"{_bundle}/rootfs/proc");
        var source = $"{Repository.Root}/tests/MiniRun.Runtime.Tests/Seccomp/probe.c";
        var (code, _, error) = Run(
            File.Exists("/usr/bin/clang") ? "clang" : "gcc", "-O1", "-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-fno-builtin",
            "-o", $"{_bundle}/rootfs/probe", source);
        Assert.True(code == 0, error);
    }

    public void Dispose() => Directory.Delete(_bundle, recursive: true);

    /// <summary>What each call does under the filter that runc makes of a profile.</summary>
    public string[] CallsUnderRunc(SeccompSpec profile)
    {
        WriteConfig(profile, "/probe", "calls");
        return Calls();
    }

    /// <summary>What each call does under a filter that the program gives itself.</summary>
    public string[] CallsUnder(SeccompProgram program)
    {
        File.WriteAllBytes($"{_bundle}/rootfs/filter", program.Instructions);
        WriteConfig(null, "/probe", "calls", "/filter");
        return Calls();
    }

    /// <summary>The filter that runc makes of a profile, as the kernel has it.</summary>
    public byte[] FilterOfRunc(SeccompSpec profile)
    {
        WriteConfig(profile, "/probe", "wait");
        var id = $"probe-{Guid.NewGuid():N}";
        using var container = Process.Start(new ProcessStartInfo("runc", ["run", id])
        {
            WorkingDirectory = _bundle, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var ready = container.StandardOutput.ReadLine();
        Assert.True(ready == "ready", ready is null ? container.StandardError.ReadToEnd() : ready);
        var pid = JsonNode.Parse(Run("runc", "state", id).Output)!["pid"]!.GetValue<int>();
        using var dump = Process.Start(new ProcessStartInfo($"{_bundle}/rootfs/probe", ["dump", $"{pid}"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var filter = new MemoryStream();
        dump.StandardOutput.BaseStream.CopyTo(filter);
        dump.WaitForExit();
        container.StandardInput.Close();
        container.WaitForExit();
        Assert.Equal(0, dump.ExitCode);
        return filter.ToArray();
    }

    string[] Calls()
    {
        var (code, output, error) = Run("runc", "run", $"probe-{Guid.NewGuid():N}");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // 560 numbers in each of three ways to call, but sync.
        Assert.True(code == 0 && lines.Length == 3 * 560 - 3, $"{code} after {lines.Length} lines: {error} {lines.FirstOrDefault()}");
        return lines;
    }

    void WriteConfig(SeccompSpec? profile, params string[] arguments)
    {
        var config = JsonNode.Parse(
            """
            {
              "ociVersion": "1.0.2",
              "process": {
                "user": { "uid": 0, "gid": 0 }, "env": [], "cwd": "/", "noNewPrivileges": true,
                "capabilities": { "bounding": [], "effective": [], "permitted": [] },
                "rlimits": [ { "type": "RLIMIT_CORE", "soft": 0, "hard": 0 } ]
              },
              "root": { "path": "rootfs" }, "hostname": "probe",
              "mounts": [ { "destination": "/proc", "type": "proc", "source": "proc" } ],
              "linux": { "namespaces": [ { "type": "pid" }, { "type": "mount" }, { "type": "ipc" }, { "type": "uts" }, { "type": "network" } ] }
            }
            """)!;
        config["process"]!["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]);
        if (profile is not null)
        {
            config["linux"]!["seccomp"] = JsonNode.Parse(SeccompWriter.Write(profile));
        }

        File.WriteAllText($"{_bundle}/config.json", config.ToJsonString());
    }

    (int Code, string Output, string Error) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _bundle, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        var error = new StringBuilder();
        process.ErrorDataReceived += (_, line) => error.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.ToString());
    }
}
