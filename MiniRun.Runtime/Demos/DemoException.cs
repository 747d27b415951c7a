namespace MiniRun.Runtime.Demos;

/// <summary>A demonstration cannot be given here, or not go on: one sentence with the reason and the way out.</summary>
sealed class DemoException(string message) : Exception(message);
