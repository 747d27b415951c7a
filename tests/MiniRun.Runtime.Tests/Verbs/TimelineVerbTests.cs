using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>What <c>timeline</c> says, against what strace(1) saw of the same start.</summary>
[Trait("Category", "Integration")]
public sealed partial class TimelineVerbTests : IAsyncLifetime
{
    /// <summary>Work of more than one call, or a call under the plan's own name: the timeline tells it as one step.</summary>
    static readonly string[] Composite = ["await_parent", "check_program", "make_place", "require_filesystem", "refuse_filesystem", "require_device", "inherit_mode", "copy_tree"];

    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task It_tells_the_calls_that_strace_sees_with_their_results()
    {
        var trace = _host["trace"];
        var bundle = _host.Bundle("sleep 1000");
        var call = string.Join(' ', RuntimeHost.Binary, "--root", _host.Root, "create", "--bundle", bundle, _host.Id);
        using (var strace = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec strace -ff -qq -s 0 -o {trace} {call} </dev/null >/dev/null 2>&1"]) { UseShellExecute = false })!)
        {
            // strace stays as long as the container.
            await Eventually.IsAsync(async () => Directory.Exists(_host.StateOf(_host.Id)) && (await _host.RunAsync("state", _host.Id)).Output.Contains("\"status\":\"created\"", StringComparison.Ordinal), "it was not created");
            var steps = (await TimelineAsync()).GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("outcome").GetString() is "done" or "tolerated").ToList();
            Compare(steps, Trace($"{trace}.{await _host.PidAsync()}"));
            await _host.OutputAsync("delete", "--force", _host.Id);
            await strace.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_created_container_waits_and_a_started_one_has_waited()
    {
        await _host.OutputAsync("create", "--bundle", _host.Bundle("sleep 1000"), _host.Id);
        var before = await TimelineAsync();
        var waiting = Assert.Single(Steps(before, "unfinished"));
        Assert.Equal((false, "await_parent", true), (before.GetProperty("hasStarted").GetBoolean(), waiting.GetProperty("call").GetString(), waiting.GetProperty("isWait").GetBoolean()));
        Assert.Contains(Steps(before, "notReached"), step => step.GetProperty("call").GetString() == "execve");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await _host.OutputAsync("start", _host.Id);
        var after = await TimelineAsync();
        Assert.True(after.GetProperty("hasStarted").GetBoolean());
        Assert.InRange(after.GetProperty("waitedMicroseconds").GetDouble(), 50_000, after.GetProperty("totalMicroseconds").GetDouble());
        var last = Steps(after, "done")[^1];
        Assert.Equal(("execve", true), (last.GetProperty("call").GetString(), last.GetProperty("microseconds").GetDouble() > 0));
        Assert.Empty(Steps(after, "unfinished"));
    }

    [Fact]
    public async Task A_time_namespace_does_not_shift_it()
    {
        await _host.RunDetachedAsync("sleep 1000", config =>
        {
            config["linux"]!["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "time" });
            config["linux"]!["timeOffsets"] = new JsonObject { ["monotonic"] = new JsonObject { ["secs"] = 864_000, ["nanosecs"] = 0 } };
        });
        Assert.InRange((await TimelineAsync()).GetProperty("totalMicroseconds").GetDouble(), 1, 60_000_000);
    }

    [Fact]
    public async Task What_a_start_failed_at_is_the_last_that_it_did()
    {
        var bundle = _host.Bundle("true");
        await _host.OutputAsync("create", "--bundle", bundle, _host.Id);
        File.Delete($"{bundle}/rootfs/bin/sh");
        await _host.RefusedAsync("start", _host.Id);
        var timeline = await TimelineAsync();
        var failed = Assert.Single(Steps(timeline, "failed"));
        Assert.Equal(("execve", "ENOENT", false), (failed.GetProperty("call").GetString(), failed.GetProperty("errno").GetString(), timeline.GetProperty("hasStarted").GetBoolean()));
    }

    [Fact]
    public async Task A_table_is_for_people()
    {
        await _host.RunDetachedAsync("sleep 1000");
        var lines = (await _host.OutputAsync("timeline", _host.Id)).TrimEnd('\n').Split('\n');
        Assert.Matches("^STEP +AT +TOOK +RESULT +CALL$", lines[0]);
        Assert.Contains(lines, line => line.EndsWith("pivot_root(\".\", \".\")", StringComparison.Ordinal) && line.Split(" ", StringSplitOptions.RemoveEmptyEntries)[3] == "0");
        Assert.Matches("^Times in microseconds: its program was started after [0-9.]+: [0-9.]+ in clone3, [0-9.]+ waiting for others\\.$", lines[^1]);
    }

    [Fact]
    public async Task What_it_cannot_tell_is_said()
    {
        await _host.RunDetachedAsync("sleep 1000");
        Assert.Equal("--format: \"xml\" is unknown; use table or json", await _host.RefusedAsync("timeline", "--format", "xml", _host.Id));
        File.Delete($"{_host.StateOf(_host.Id)}/launch");
        Assert.Equal($"container \"{_host.Id}\" has no timeline: its start has not begun, or it was another version's", await _host.RefusedAsync("timeline", _host.Id));
    }

    static void Compare(List<JsonElement> steps, List<(string Call, string Result)> trace)
    {
        var at = 0;
        var afterComposite = false;
        foreach (var step in steps)
        {
            var call = step.GetProperty("call").GetString()!;
            if (Composite.Contains(call))
            {
                afterComposite = true;
                continue;
            }

            var expected = (call, step.TryGetProperty("errno", out var errno) ? errno.GetString()! : step.GetProperty("result").GetInt64().ToString(CultureInfo.InvariantCulture));
            for (; afterComposite && at < trace.Count && trace[at] != expected; at++)
            {
            }

            Assert.True(at < trace.Count && trace[at] == expected, $"step {step.GetProperty("step")}, {step.GetProperty("text")}: {expected}, and strace has {(at < trace.Count ? trace[at] : "nothing more")}");
            (at, afterComposite) = (at + 1, false);
        }

        Assert.True(at > 100, $"only {at} calls were compared");
    }

    /// <summary>What one process called, in order.</summary>
    static List<(string Call, string Result)> Trace(string file) =>
        [.. File.ReadLines(file).Select(line => Line().Match(line)).Where(match => match.Success).Select(match => (match.Groups["call"].Value, Result(match)))];

    static string Result(Match match)
    {
        if (match.Groups["errno"].Success)
        {
            return match.Groups["errno"].Value;
        }

        var number = match.Groups["number"].Value;
        // umask's is octal, others' may be hexadecimal.
        return number.StartsWith("0x", StringComparison.Ordinal) ? Convert.ToInt64(number, 16).ToString(CultureInfo.InvariantCulture)
            : number.StartsWith('0') ? Convert.ToInt64(number, 8).ToString(CultureInfo.InvariantCulture)
            : number;
    }

    [GeneratedRegex(@"^(?<call>[a-z0-9_]+)\(.* = (?:-1 (?<errno>E[A-Z0-9]+)|(?<number>[0-9a-fx]+))", RegexOptions.NonBacktracking)]
    private static partial Regex Line();

    static List<JsonElement> Steps(JsonElement timeline, string outcome) =>
        [.. timeline.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("outcome").GetString() == outcome)];

    async Task<JsonElement> TimelineAsync() => JsonDocument.Parse(await _host.OutputAsync("timeline", "--format=json", _host.Id)).RootElement;
}
