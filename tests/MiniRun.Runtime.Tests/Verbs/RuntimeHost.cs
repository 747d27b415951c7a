using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using MiniRun.Runtime.Tests.Sandbox;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>One call of the executable.</summary>
/// <param name="Words">The command line behind the root folder.</param>
sealed record Call(params string[] Words)
{
    /// <summary>The file that is standard input.</summary>
    public string Input { get; init; } = "/dev/null";

    /// <summary>The caller's folder.</summary>
    public string Folder { get; init; } = "/";

    /// <summary>Shell text that the caller runs before, such as <c>export A=b; ulimit -n 100</c>.</summary>
    public string Before { get; init; } = "";

    /// <summary>The terminal that the caller sits at, instead of files.</summary>
    public string? Terminal { get; init; }

    /// <summary>What stands before the verb, instead of the root folder alone.</summary>
    public IReadOnlyList<string>? Global { get; init; }
}

/// <summary>How a call ended.</summary>
sealed record Outcome(int ExitCode, string Output, string Error);

/// <summary>A root folder of its own for the containers of one test, which calls the executable as a stranger would. Nothing of
/// them is left when it is done, and that is part of every test.</summary>
sealed class RuntimeHost : CallingHost, IAsyncDisposable
{
    readonly string _place = Directory.CreateTempSubdirectory("minirun-verbs-").FullName;
    readonly List<string> _bundles = [];
    int _calls;

    /// <summary>Part of every id, and of nothing else on the machine.</summary>
    public string Id { get; } = $"t{Guid.NewGuid():N}"[..13];

    public string Root => $"{_place}/state";

    public static string Binary => Repository.RuntimeBinary;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A path below the folder of this test.</summary>
    public string this[string name] => $"{_place}/{name}";

    public string StateOf(string id) => $"{Root}/{id}";

    /// <summary>A bundle that runs a shell script in a busybox root.</summary>
    public string Bundle(string script, Action<JsonObject>? edit = null)
    {
        var bundle = NativeRuntime.MakeBundle(script, text =>
        {
            var config = JsonNode.Parse(text)!.AsObject();
            edit?.Invoke(config);
            return config.ToJsonString();
        });
        foreach (var applet in (string[])["cp", "env", "expr", "head", "kill", "ln", "mkfifo", "printf", "pwd", "rm", "rmdir", "seq", "stty", "tail", "tr", "tty", "uname", "wc"])
        {
            File.CreateSymbolicLink($"{bundle}/rootfs/bin/{applet}", "busybox");
        }

        _bundles.Add(bundle);
        return bundle;
    }

    public override RunningCall Start(Call call)
    {
        Directory.CreateDirectory($"{_place}/calls");
        return RunningCall.Start(call with { Words = [Binary, .. call.Global ?? ["--root", Root], .. call.Words] }, $"{_place}/calls/{Interlocked.Increment(ref _calls)}");
    }

    public RunningCall Start(params string[] words) => Start(new Call(words));

    /// <summary>Runs, and expects one line on standard error, exit code 1 and nothing else.</summary>
    /// <returns>The line.</returns>
    public async Task<string> RefusedAsync(Call call, int exitCode = 1)
    {
        var outcome = await RunAsync(call);
        Assert.Equal((exitCode, ""), (outcome.ExitCode, outcome.Output));
        var line = Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("minirun-runtime: ", line, StringComparison.Ordinal);
        return line["minirun-runtime: ".Length..];
    }

    public Task<string> RefusedAsync(params string[] words) => RefusedAsync(new Call(words));

    /// <summary>Creates and starts a container that goes on by itself.</summary>
    /// <returns>Its bundle.</returns>
    public async Task<string> RunDetachedAsync(string script, Action<JsonObject>? edit = null, string? id = null)
    {
        var bundle = Bundle(script, edit);
        await OutputAsync("run", "--detach", "--bundle", bundle, id ?? Id);
        return bundle;
    }

    public async Task<JsonElement> StateAsync(string? id = null) => JsonDocument.Parse(await OutputAsync("state", id ?? Id)).RootElement;

    public async Task<string> StatusAsync(string? id = null) => (await StateAsync(id)).GetProperty("status").GetString()!;

    public async Task<int> PidAsync(string? id = null) => (await StateAsync(id)).GetProperty("pid").GetInt32();

    public Task UntilAsync(string status, string? id = null) => Eventually.IsAsync(async () => await StatusAsync(id) == status, $"the container is not {status}");

    /// <summary>What is left of this test on the machine, beside its containers' state.</summary>
    public List<string> Traces() => Leftovers.Of(Id, [_place, .. _bundles]);

    public async ValueTask DisposeAsync()
    {
        foreach (var folder in Directory.Exists(Root) ? Directory.GetDirectories(Root) : [])
        {
            await OutputAsync("delete", "--force", Path.GetFileName(folder));
        }

        await Eventually.IsAsync(() => Task.FromResult(Traces().Count == 0), () => "left behind: " + string.Join(", ", Traces()));
        foreach (var bundle in _bundles)
        {
            Directory.Delete(bundle, recursive: true);
        }

        Directory.Delete(_place, recursive: true);
    }
}

/// <summary>A call that has not ended yet.</summary>
sealed class RunningCall(Process process, string name) : IDisposable
{
    /// <summary>Far more than anything takes, on a machine that is busy with everything else.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="call">With the program as its first word.</param>
    /// <param name="name">Its outputs are this with .out and .err: a container inherits them, and a pipe would stay open as long as it lives.</param>
    public static RunningCall Start(Call call, string name)
    {
        var shell = call.Terminal is { } terminal
            ? $"{call.Before}\nexec setsid --wait --ctty \"$@\" <>{terminal} >&0 2>&0"
            : $"{call.Before}\nexec \"$@\" <{call.Input} >{name}.out 2>{name}.err";
        return new RunningCall(
            Process.Start(new ProcessStartInfo("/bin/sh", ["-c", shell, "sh", .. call.Words]) { UseShellExecute = false, WorkingDirectory = call.Folder })!, name);
    }

    public int Pid => process.Id;

    public bool HasEnded => process.HasExited;

    public string Output => File.Exists(name + ".out") ? File.ReadAllText(name + ".out") : "";

    public string Error => File.Exists(name + ".err") ? File.ReadAllText(name + ".err") : "";

    public void Kill(int signal = 9) => Assert.Equal(0, NativeRuntime.kill(process.Id, signal));

    /// <summary>Waits for its output to have a text in it.</summary>
    public Task UntilAsync(string text) => Eventually.IsAsync(() => Task.FromResult(Output.Contains(text, StringComparison.Ordinal)), () => $"\"{text}\" is not in the output: {Output}{Error}");

    public async Task<Outcome> EndAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"the call hangs; so far it said: {Output}{Error}");
        }

        return new Outcome(process.ExitCode, Output, Error);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }
}

/// <summary>Waits for what somebody else does.</summary>
static class Eventually
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task IsAsync(Func<Task<bool>> condition, string otherwise) => IsAsync(condition, () => otherwise);

    public static async Task IsAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        for (var waited = Stopwatch.StartNew(); !await condition();)
        {
            Assert.True(waited.Elapsed < Patience, otherwise());
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
