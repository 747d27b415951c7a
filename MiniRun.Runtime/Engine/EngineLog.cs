using Microsoft.Extensions.Logging;

namespace MiniRun.Runtime.Engine;

/// <summary>What the engine writes into the panel's log.</summary>
static partial class EngineLog
{
    [LoggerMessage(1001, LogLevel.Information, "Engine ready: {Count} containers, {Running} running; cgroups are {Cgroups}")]
    public static partial void Ready(ILogger logger, int count, int running, string cgroups);

    [LoggerMessage(1002, LogLevel.Information, "{Name} was created ({Id})")]
    public static partial void Created(ILogger logger, string name, string id);

    [LoggerMessage(1003, LogLevel.Information, "{Name} runs as pid {Pid}")]
    public static partial void Started(ILogger logger, string name, int pid);

    [LoggerMessage(1004, LogLevel.Warning, "{Name} could not be started: {Reason}")]
    public static partial void StartFailed(ILogger logger, string name, string reason);

    [LoggerMessage(1005, LogLevel.Information, "{Name} ended with {ExitCode}, out of memory: {OutOfMemory}")]
    public static partial void Ended(ILogger logger, string name, int exitCode, bool outOfMemory);

    [LoggerMessage(1006, LogLevel.Information, "{Name} was deleted")]
    public static partial void Deleted(ILogger logger, string name);

    [LoggerMessage(1007, LogLevel.Warning, "{Name}: the monitor is gone while the container runs; its output and exit code are lost from now on")]
    public static partial void MonitorLost(ILogger logger, string name);

    [LoggerMessage(1008, LogLevel.Warning, "Removed what was left of a container that no record knows: {Id}")]
    public static partial void OrphanRemoved(ILogger logger, string id);

    [LoggerMessage(1009, LogLevel.Error, "Reading the metrics of {Name} failed")]
    public static partial void MetricsFailed(ILogger logger, Exception exception, string name);

    [LoggerMessage(1010, LogLevel.Error, "Watching {Name} failed")]
    public static partial void WatchFailed(ILogger logger, Exception exception, string name);

    [LoggerMessage(1011, LogLevel.Error, "{Id}: the stored definition cannot be read and is left alone")]
    public static partial void DefinitionUnreadable(ILogger logger, Exception exception, string id);

    [LoggerMessage(1012, LogLevel.Warning, "The timeline of the last start of {Name} could not be kept")]
    public static partial void TimelineLost(ILogger logger, Exception exception, string name);
}
