using System.Diagnostics;
using System.Text.Json.Nodes;
using MiniRun.Runtime.Tests.Sandbox;
using MiniRun.Runtime.Tests.Verbs;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>Rules about processes (docs/security.md, R13 to R20).</summary>
[Trait("Category", "Integration")]
public sealed class ProcessRuleTests
{
    /// <summary>A process of root that has no more than the containers here may have.</summary>
    const string WithLittle = "setpriv --bounding-set=-all,+kill --inh-caps=-all";

    [Fact]
    public async Task R13_no_descriptor_of_the_caller_is_left_open()
    {
        using var host = new MountHost("ls /proc/self/fd/7/ 2>&1");
        const string Leak = "exec 7</etc/security";
        Assert.Contains("No such file", (await host.RunAsync(Leak)).Output, StringComparison.Ordinal);
        Assert.Contains("limits.conf", (await UnprotectedStart.RunAsync(host, "descriptors", Leak)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R14_a_process_that_is_no_program_yet_shows_nobody_what_it_holds()
    {
        await using (var host = new RuntimeHost())
        {
            await host.OutputAsync("create", "--bundle", host.Bundle("exec sleep 1000"), host.Id);
            var pid = await host.PidAsync();
            foreach (var link in (string[])["exe", "fd/0", "root", "cwd"])
            {
                Assert.Equal("", (await host.RunAsync("exec", host.Id, "readlink", $"/proc/1/{link}")).Output);
                Assert.Equal("", await ShellAsync($"{WithLittle} readlink /proc/{pid}/{link} 2> /dev/null"));
            }

            // Once it is a program, it is that of the container.
            await host.OutputAsync("start", host.Id);
            Assert.Equal("/bin/busybox\n", await host.OutputAsync("exec", host.Id, "readlink", "/proc/1/exe"));
        }

        using var control = new MountHost("true");
        control.Config["hooks"] = new JsonObject { ["startContainer"] = new JsonArray(new JsonObject { ["path"] = "/bin/true" }) };
        const string Probe = $"'probe={WithLittle} readlink /proc/$1/exe 2> /dev/null'";
        Assert.Equal("", (await UnprotectedStart.RunAsync(control, Probe)).Output);
        Assert.EndsWith("/minirun-stress\n", (await UnprotectedStart.RunAsync(control, $"tracing {Probe}")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R14_a_further_process_shows_nobody_what_it_holds_before_it_is_a_program()
    {
        await using var host = new RuntimeHost();
        using var agent = new Seccomp.NotifyAgent(host["agent"], []);
        // The agent holds it up where it is about to become a program: inside, with the container's own privileges.
        await host.RunDetachedAsync("exec sleep 1000", config => config["linux"]!["seccomp"] = new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ALLOW", ["listenerPath"] = host["agent"],
            ["syscalls"] = new JsonArray(new JsonObject { ["names"] = new JsonArray("execve"), ["action"] = "SCMP_ACT_NOTIFY" }),
        });
        agent.Next();
        agent.Holds(ExecveNumber);
        using var exec = host.Start("exec", host.Id, "readlink", "/proc/self/exe");
        var pid = agent.Next().GetProperty("pid").GetInt32();
        await Eventually.IsAsync(() => Task.FromResult(agent.Asked.Contains((ExecveNumber, pid))), "it does not come to its program");
        Assert.Equal("", await ShellAsync($"{WithLittle} readlink /proc/{pid}/exe 2> /dev/null"));
        Assert.NotEqual("", await ShellAsync($"readlink /proc/{pid}/exe"));
        agent.LetGo();
        Assert.Equal("/bin/busybox\n", (await exec.EndAsync()).Output);
    }

    const int ExecveNumber = 59;

    [Fact]
    public async Task R14_signals_that_the_caller_ignores_are_not_ignored_inside()
    {
        using var host = new MountHost("");
        host.ProcessSpec["args"] = new JsonArray("/bin/grep", "-E", "Sig(Ign|Blk)", "/proc/self/status");
        const string Ignored = "trap '' TERM USR1 PIPE";
        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", (await host.RunAsync(Ignored)).Output);
        Assert.Contains("SigIgn:\t0000000000005200\n", (await UnprotectedStart.RunAsync(host, "signals", Ignored)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("groups", "Groups:\t \n", "Groups:\t27 29 \n")]
    [InlineData("bounding", "CapBnd:\t0000000000000020\n", "CapBnd:\t000001")]
    [InlineData("capabilities", "CapEff:\t0000000000000000\n", "CapEff:\t0000000000000020\n")]
    [InlineData("privileges", "NoNewPrivs:\t1\n", "NoNewPrivs:\t0\n")]
    [InlineData("filter", "Seccomp:\t2\n", "Seccomp:\t0\n")]
    public async Task R17_privileges_are_gone_when_the_program_starts(string step, string expected, string without)
    {
        using var host = new MountHost("cat /proc/self/status");
        host.ProcessSpec["capabilities"] = JsonNode.Parse("""{"bounding":["CAP_KILL"]}""");
        // Without no_new_privs a filter could not be loaded behind the loss of privileges.
        host.Linux["seccomp"] = step is not "filter" ? null : JsonNode.Parse("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ERRNO"}]}""");
        Assert.Contains(expected, (await host.RunAsync(runtime: "setpriv --groups 27,29 " + host.Command)).Output, StringComparison.Ordinal);
        var (_, output, error) = await host.RunAsync(runtime: "setpriv --groups 27,29 " + UnprotectedStart.Command(host, step));
        Assert.True(output.Contains(without, StringComparison.Ordinal), output + error);
    }

    [Fact]
    public async Task R18_users_are_read_from_the_image_and_from_nowhere_else()
    {
        using var host = new MountHost("echo $HOME");
        var outside = Directory.CreateTempSubdirectory("minirun-outside-").FullName;
        File.WriteAllText(outside + "/passwd", "root:x:0:0::/of/the/host:/bin/sh\n");
        File.CreateSymbolicLink(host.Rootfs + "/etc/passwd", outside + "/passwd");
        Assert.Equal("/\n", await host.OutputAsync());
        // The control: a plain reader is led to the host's.
        Assert.Contains("/of/the/host", File.ReadAllText(host.Rootfs + "/etc/passwd"), StringComparison.Ordinal);
        // And the same file is read where it lies in the image.
        Directory.CreateDirectory(host.Rootfs + outside);
        File.Copy(outside + "/passwd", $"{host.Rootfs}{outside}/passwd");
        Assert.Equal("/of/the/host\n", await host.OutputAsync());
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public async Task R20_nothing_of_the_runtimes_environment_reaches_the_program()
    {
        using var host = new MountHost("");
        host.ProcessSpec["args"] = new JsonArray("/bin/cat", "/proc/self/environ");
        const string Secret = "export CANARY=sung";
        Assert.Equal("PATH=/bin\0HOME=/\0", (await host.RunAsync(Secret)).Output);
        Assert.Contains("CANARY=sung\0", (await UnprotectedStart.RunAsync(host, "environment", Secret)).Output, StringComparison.Ordinal);
    }

    /// <summary>The peer hands on its own where a hook has none.</summary>
    [Fact]
    public async Task R20_nothing_of_the_runtimes_environment_reaches_a_hook()
    {
        using var host = new MountHost("true");
        var seen = host.Bundle + "/seen";
        host.Config["hooks"] = new JsonObject
        {
            ["createRuntime"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", $"PATH=/bin; cat /proc/$$/environ > {seen}") }),
        };
        const string Secret = "export CANARY=sung";
        Assert.Equal(0, (await host.RunAsync(Secret)).ExitCode);
        Assert.Equal("", File.ReadAllText(seen));

        Assert.SkipUnless(File.Exists("/usr/sbin/runc"), "runc is not installed");
        var (_, _, error) = await host.RunAsync(Secret, runtime: $"runc --root {host.Bundle}/runc run --bundle {host.Bundle} {Path.GetFileName(host.Bundle)}");
        Assert.True(File.ReadAllText(seen).Contains("CANARY=sung\0", StringComparison.Ordinal), error);
    }

    static async Task<string> ShellAsync(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
