using MiniRun.Runtime.Sandbox.Timeline;

namespace MiniRun.Runtime.Engine;

/// <summary>
/// The one authority over the containers of this host. Every act of the panel, the REST API and the shell ends here.
/// A <c>reference</c> is a container's name, its id, or any unique prefix of the id of four characters or more.
/// </summary>
/// <remarks>Every method that takes a reference throws <see cref="EngineException"/> with
/// <see cref="EngineError.NotFound"/> or <see cref="EngineError.Ambiguous"/> when it names no single container.</remarks>
public interface IContainerEngine
{
    /// <summary>All containers, oldest first.</summary>
    IReadOnlyList<Container> List();

    /// <summary>The container a reference names.</summary>
    Container Get(string reference);

    /// <summary>Defines a container without starting it. Nothing is left behind when it fails.</summary>
    /// <exception cref="EngineException">A field is not acceptable, the name is taken or the image is unknown.</exception>
    Task<Container> CreateAsync(ContainerRequest request, CancellationToken cancellationToken);

    /// <summary>Starts a container; one that runs already is left as it is.</summary>
    /// <exception cref="EngineException"><see cref="EngineError.LaunchFailed"/> with the step that the kernel refused.</exception>
    Task<Transition> StartAsync(string reference, CancellationToken cancellationToken);

    /// <summary>Sends SIGTERM, and kills every process of the container when it still runs after <paramref name="grace"/>.</summary>
    /// <param name="grace">0 s to 1 hour; null means 10 s.</param>
    Task<Transition> StopAsync(string reference, TimeSpan? grace, CancellationToken cancellationToken);

    /// <summary>Sends a signal to the container's first process; SIGKILL ends every process of the container.</summary>
    /// <param name="signal">A number from 1 to 64 or a name with or without SIG; null means KILL.</param>
    Task<Transition> KillAsync(string reference, string? signal, CancellationToken cancellationToken);

    /// <summary>Stops the container when it runs, then starts it.</summary>
    Task<Transition> RestartAsync(string reference, TimeSpan? grace, CancellationToken cancellationToken);

    /// <summary>Changes a definition, and the limits of a running container where the kernel can.</summary>
    /// <param name="expectedRevision">When given, the change happens only while the definition has this revision.</param>
    Task<Container> UpdateAsync(string reference, ContainerPatch patch, int? expectedRevision, CancellationToken cancellationToken);

    /// <summary>Removes a container with its output and writable layer; a running one only with <paramref name="force"/>.</summary>
    Task DeleteAsync(string reference, bool force, int? expectedRevision, CancellationToken cancellationToken);

    /// <summary>A snapshot of all containers and every change after it, in batches.</summary>
    ContainerSubscription Subscribe();

    /// <summary>The container's output from its log, oldest first; with <see cref="LogQuery.Follow"/> it goes on until the container ends.</summary>
    IAsyncEnumerable<LogLine> ReadLogAsync(string reference, LogQuery query, CancellationToken cancellationToken);

    /// <summary>Attaches to the console: what was written last, then what is written from now on.</summary>
    Task<IConsoleSession> AttachAsync(string reference, CancellationToken cancellationToken);

    /// <summary>The newest sample of a container, or null while it does not run.</summary>
    MetricSample? LatestMetrics(string reference);

    /// <summary>The samples of the last ten minutes at most, oldest first, one a second while the container ran.</summary>
    IReadOnlyList<MetricSample> RecentMetrics(string reference);

    /// <summary>One batch a second with a sample of every running container. A slow reader misses batches; it never delays others.</summary>
    IAsyncEnumerable<IReadOnlyList<ContainerMetrics>> WatchMetricsAsync(CancellationToken cancellationToken);

    /// <summary>The processes of a container, in the order of their pids in it.</summary>
    /// <exception cref="EngineException"><see cref="EngineError.WrongState"/> when it does not run.</exception>
    IReadOnlyList<ContainerProcessInfo> ReadProcesses(string reference);

    /// <summary>How the latest start of a container went, call by call; also one that failed.</summary>
    /// <exception cref="EngineException"><see cref="EngineError.WrongState"/> when it was never started.</exception>
    StartTimeline ReadTimeline(string reference);

    /// <summary>The images that a container can be made of.</summary>
    IReadOnlyList<string> Images { get; }

    /// <summary>What this host offers and what it cannot enforce.</summary>
    HostReport Host { get; }

    /// <summary>Shows on this host what a container is made of.</summary>
    IDemoRunner Demos { get; }
}
