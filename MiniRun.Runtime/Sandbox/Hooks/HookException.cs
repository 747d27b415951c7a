namespace MiniRun.Runtime.Sandbox.Hooks;

/// <summary>A hook that ended with an error, in the words that callers of other runtimes look for.</summary>
/// <param name="stage">Its place in config.json, such as <c>createRuntime</c>.</param>
/// <param name="index">0-based.</param>
sealed class HookException(string stage, int index, string reason)
    : Exception($"error running {stage} hook #{index}: {reason}");
