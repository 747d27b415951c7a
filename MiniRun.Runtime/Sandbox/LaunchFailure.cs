namespace MiniRun.Runtime.Sandbox;

/// <summary>The step of a launch plan that failed.</summary>
/// <param name="Step">1-based.</param>
/// <param name="Steps">How many the plan has.</param>
/// <param name="Call">The system call with its arguments in words.</param>
/// <param name="Path">The path it was about, if any.</param>
/// <param name="Errno">The symbol, such as EPERM.</param>
/// <param name="Hint">What that usually means here.</param>
public sealed record LaunchFailure(int Step, int Steps, string Call, string? Path, string Errno, string Hint);
