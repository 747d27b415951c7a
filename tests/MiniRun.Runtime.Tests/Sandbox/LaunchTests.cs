using System.Text.RegularExpressions;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>The native executable as its callers use it.</summary>
[Trait("Category", "Integration")]
public sealed class LaunchTests : IDisposable
{
    readonly List<string> _bundles = [];
    readonly string _root = Directory.CreateTempSubdirectory("minirun-root-").FullName;

    public void Dispose()
    {
        foreach (var bundle in _bundles)
        {
            Directory.Delete(bundle, recursive: true);
        }

        // Whatever a test did: no state of a container is left.
        Assert.Empty(Directory.GetFileSystemEntries(_root));
        Directory.Delete(_root);
    }

    [Fact]
    public async Task Run_takes_over_the_exit_code()
    {
        var (code, output, error) = await RunAsync("echo hello; exit 42");
        Assert.Equal((42, "hello\n", ""), (code, output, error));
    }

    [Fact]
    public async Task A_signal_gives_128_and_its_number()
    {
        // Not the first process itself: PID 1 of a namespace is spared the signals of its own.
        var (code, _, _) = await RunAsync("sh -c 'kill -9 $$'; exit $?");
        Assert.Equal(137, code);
    }

    [Fact]
    public async Task The_process_is_what_the_configuration_says()
    {
        var (code, output, error) = await RunAsync(
            "id; cat /proc/self/status; echo host: $(cat /proc/sys/kernel/hostname); ps; ls /sys/class/net; ls /proc/self/fd");
        Assert.True(code == 0, error);
        Assert.Contains("uid=0 gid=0", output, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", output, StringComparison.Ordinal);
        Assert.Matches(new Regex(@"CapBnd:\t0+20\n", RegexOptions.None, TimeSpan.FromSeconds(1)), output);
        Assert.Matches(new Regex(@"SigIgn:\t0+\n", RegexOptions.None, TimeSpan.FromSeconds(1)), output);
        Assert.Matches(new Regex(@"SigBlk:\t0+\n", RegexOptions.None, TimeSpan.FromSeconds(1)), output);
        Assert.Contains("host: test\n", output, StringComparison.Ordinal);
        Assert.Contains("\nlo\n", output, StringComparison.Ordinal);
        // Its own listing opens one more; nothing of the runtime is left open.
        Assert.EndsWith("0\n1\n2\n3\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Masked_and_read_only_paths_hold()
    {
        var (_, output, _) = await RunAsync(
            "ls -l /proc/timer_list; ls -A /proc/acpi; echo x > /proc/sys/kernel/domainname || echo refused; touch /proc/acpi/x || echo refused too");
        Assert.Contains("1,   3", output, StringComparison.Ordinal);
        Assert.Contains("refused\n", output, StringComparison.Ordinal);
        Assert.Contains("refused too\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_read_only_paths_the_same_write_succeeds()
    {
        var (_, output, _) = await RunAsync(
            "echo x > /proc/sys/kernel/domainname && echo written",
            config => config.Replace("\"/proc/sys\", ", "", StringComparison.Ordinal));
        Assert.Equal("written\n", output);
    }

    [Theory]
    [InlineData("\"/bin/sh\"", "\"nothing-here\"", "execve(\"/bin/nothing-here\"", "ENOENT", "does not exist in the image")]
    [InlineData("\"/bin/sh\"", "\"/etc\"", "execve(\"/etc\"", "EACCES", "not executable")]
    [InlineData("\"type\": \"sysfs\"", "\"type\": \"nofs\"", "fsopen(\"nofs\")", "ENODEV", "no such filesystem")]
    [InlineData("\"mode=755\"", "\"mode=banana\"", "fsconfig(context, STRING, \"mode\", \"banana\")", "EINVAL", "does not know this option")]
    [InlineData("\"options\": [\"ro\"]", "\"options\": [\"bind\"]", "open_tree(AT_FDCWD, \"/no/source\"", "ENOENT", "does not exist on the host")]
    public async Task A_failing_step_is_named_with_its_place_call_errno_and_meaning(string find, string put, string call, string errno, string hint)
    {
        var (code, output, error) = await RunAsync("true", config =>
            config.Replace(find, put, StringComparison.Ordinal).Replace("\"source\": \"sysfs\"", "\"source\": \"/no/source\"", StringComparison.Ordinal));
        Assert.Equal((1, ""), (code, output));
        Assert.Matches(new Regex(@"^minirun-runtime: step \d+ of \d+, ", RegexOptions.None, TimeSpan.FromSeconds(1)), error);
        Assert.Contains(call, error, StringComparison.Ordinal);
        Assert.Contains(errno, error, StringComparison.Ordinal);
        Assert.Contains(hint, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_of_the_image_cannot_lead_a_mount_to_the_host()
    {
        // /proc as a link is refused outright; a link on the way to a place is followed inside the image.
        var (code, _, error) = await RunAsync("true", prepare: bundle =>
        {
            Directory.Delete($"{bundle}/rootfs/proc");
            Directory.CreateSymbolicLink($"{bundle}/rootfs/proc", "/sys");
        });
        Assert.Equal(1, code);
        Assert.Contains("ELOOP", error, StringComparison.Ordinal);

        var secret = Directory.CreateTempSubdirectory("minirun-secret-").FullName;
        (code, var output, error) = await RunAsync(
            "mount",
            config => config.Replace("\"/dev\"", "\"/link\"", StringComparison.Ordinal),
            bundle =>
            {
                Directory.CreateDirectory($"{bundle}/rootfs{secret}");
                Directory.CreateSymbolicLink($"{bundle}/rootfs/link", secret);
            });
        Assert.True(code == 0, error);
        Assert.Contains($"on {secret} type tmpfs", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(secret));
        Directory.Delete(secret);
    }

    [Fact]
    public async Task The_file_of_the_runtime_cannot_be_written_through_its_process()
    {
        // The attack of CVE-2019-5736: hold the running program's file, wait until it ends, open it again for writing.
        // A copy, because an attack that succeeds destroys what it attacks.
        var bundle = Bundle("sleep 1");
        var runtime = $"{bundle}/runtime";
        File.Copy(Repository.RuntimeBinary, runtime);
        Assert.False(await CanOverwriteAsync(runtime, "--root", _root, "run", Path.GetFileName(bundle), "--bundle", bundle));

        // The control: a program that does not protect itself.
        var plain = $"{bundle}/plain-sleep";
        File.Copy("/bin/sleep", plain);
        File.SetUnixFileMode(plain, (UnixFileMode)0b111_101_101);
        Assert.True(await CanOverwriteAsync(plain, "1"));
    }

    static async Task<bool> CanOverwriteAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        await Task.Delay(500, TestContext.Current.CancellationToken);
        using var held = File.OpenHandle($"/proc/{process.Id}/exe", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        try
        {
            using var written = File.OpenHandle($"/proc/self/fd/{held.DangerousGetHandle()}", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(written, "#!"u8, 0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [Fact]
    public async Task Plan_prints_the_calls_and_makes_none()
    {
        var bundle = Bundle("true");
        var before = Directory.GetDirectories(_root).Length;
        var (code, output, _) = await NativeRuntime.RunAsync("plan", "--bundle", bundle);
        Assert.Equal(0, code);
        Assert.Contains("pivot_root(\".\", \".\")", output, StringComparison.Ordinal);
        Assert.EndsWith("execve(\"/bin/sh\", [\"/bin/sh\", \"-c\", \"true\"], [PATH])\n", output, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetDirectories(_root).Length);
    }

    [Theory]
    [InlineData("{", "$: is not valid JSON")]
    [InlineData("{}", "$.ociVersion: is missing")]
    [InlineData("{\"ociVersion\":\"2.0.0\"}", "$.ociVersion: \"2.0.0\" is not supported")]
    public async Task A_broken_configuration_is_refused_by_its_field(string document, string expected)
    {
        var (code, _, error) = await RunAsync("true", _ => document);
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("dance", "dance: is no verb")]
    [InlineData("run", "ID: is missing")]
    [InlineData("run x --loud yes", "--loud: unknown option")]
    [InlineData("run x --bundle", "--bundle: needs a value")]
    [InlineData("run x y", "y: is one word too many")]
    public async Task A_wrong_command_line_gets_a_sentence(string line, string expected)
    {
        var (code, _, error) = await NativeRuntime.RunAsync(line.Split(' '));
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_names_itself_and_the_specification()
    {
        var (code, output, _) = await NativeRuntime.RunAsync("--version");
        Assert.Equal(0, code);
        Assert.Matches(new Regex(@"^minirun-runtime version \S+\nspec: 1\.3\.0\n$", RegexOptions.None, TimeSpan.FromSeconds(1)), output);
    }

    [Fact]
    public async Task A_start_asks_nothing_about_the_machine_and_makes_no_thread()
    {
        // What Native/start.c replaces: a later .NET runtime may have other names for it, and would be slow without a word.
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("strace", ["-f", Repository.RuntimeBinary, "--version"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var calls = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("spec: 1.3.0", await output, StringComparison.Ordinal);
        Assert.Contains("exit_group(0)", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("/sys/", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("/proc/", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("clone", calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_to_bind_when_the_program_runs()
    {
        // A lazy binding would run the dynamic linker, with its locks, in the child of a clone (DECISIONS 7).
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("readelf", ["-drW", Repository.RuntimeBinary])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("(NEEDED)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("JUMP_SLOT", output, StringComparison.Ordinal);
        Assert.DoesNotContain("GLOB_DAT", output, StringComparison.Ordinal);
        Assert.Contains("There are no relocations in this file.", output, StringComparison.Ordinal);
    }

    async Task<(int Code, string Output, string Error)> RunAsync(string script, Func<string, string>? edit = null, Action<string>? prepare = null)
    {
        var bundle = Bundle(script, edit);
        prepare?.Invoke(bundle);
        return await NativeRuntime.RunAsync("--root", _root, "run", Path.GetFileName(bundle), "--bundle", bundle);
    }

    string Bundle(string script, Func<string, string>? edit = null)
    {
        var bundle = NativeRuntime.MakeBundle(script, edit);
        _bundles.Add(bundle);
        return bundle;
    }
}
