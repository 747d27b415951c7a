namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Whoever calls a program as a stranger would, and looks at its exit code and its output.</summary>
abstract class CallingHost
{
    /// <summary>Starts a call and does not wait for it.</summary>
    public abstract RunningCall Start(Call call);

    public async Task<Outcome> RunAsync(Call call)
    {
        using var running = Start(call);
        return await running.EndAsync();
    }

    public Task<Outcome> RunAsync(params string[] words) => RunAsync(new Call(words));

    /// <summary>Runs, expects success, and returns the output.</summary>
    public async Task<string> OutputAsync(params string[] words)
    {
        var outcome = await RunAsync(words);
        Assert.True(outcome.ExitCode == 0, $"{string.Join(' ', words)}: exit code {outcome.ExitCode}: {outcome.Error}{outcome.Output}");
        return outcome.Output;
    }
}
