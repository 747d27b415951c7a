using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>Runs the native executable, and a bundle for it: a busybox root made once.</summary>
static partial class NativeRuntime
{
    /// <summary>A read-only mount would be its usual home; from here it protects itself by a sealed copy.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Repository.RuntimeBinary, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>A bundle that runs a shell script in a busybox root; <paramref name="edit"/> changes config.json before it is written.</summary>
    public static string MakeBundle(string script, Func<string, string>? edit = null)
    {
        var bundle = Directory.CreateTempSubdirectory("minirun-bundle-").FullName;
        foreach (var folder in (string[])["bin", "proc", "sys", "dev", "etc", "tmp"])
        {
            Directory.CreateDirectory($"{bundle}/rootfs/{folder}");
        }

        File.Copy("/bin/busybox", $"{bundle}/rootfs/bin/busybox");
        File.SetUnixFileMode($"{bundle}/rootfs/bin/busybox", (UnixFileMode)0b111_101_101);
        foreach (var applet in (string[])["sh", "true", "cat", "ls", "grep", "echo", "id", "sleep", "mount", "ps", "readlink", "touch", "mkdir"])
        {
            File.CreateSymbolicLink($"{bundle}/rootfs/bin/{applet}", "busybox");
        }

        var config = $$"""
            {
              "ociVersion": "1.0.2",
              "process": {
                "user": { "uid": 0, "gid": 0 },
                "args": ["/bin/sh", "-c", {{System.Text.Json.JsonSerializer.Serialize(script)}}],
                "env": ["PATH=/bin"],
                "cwd": "/",
                "capabilities": { "bounding": ["CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL"] },
                "noNewPrivileges": true
              },
              "root": { "path": "rootfs" },
              "hostname": "test",
              "mounts": [
                { "destination": "/proc", "type": "proc", "source": "proc" },
                { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"] },
                { "destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["newinstance", "ptmxmode=0666"] },
                { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro"] }
              ],
              "linux": {
                "namespaces": [ { "type": "pid" }, { "type": "mount" }, { "type": "ipc" }, { "type": "uts" }, { "type": "network" } ],
                "maskedPaths": ["/proc/kcore", "/proc/acpi", "/proc/timer_list", "/not/there"],
                "readonlyPaths": ["/proc/sys", "/not/there/either"]
              }
            }
            """;
        File.WriteAllText($"{bundle}/config.json", edit?.Invoke(config) ?? config);
        return bundle;
    }

    [LibraryImport("libc")]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int lchown(string path, uint uid, uint gid);
}
