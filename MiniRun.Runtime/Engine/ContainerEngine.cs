using Microsoft.Extensions.Logging;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Images;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Engine;

/// <summary>Many containers on one host: the definitions, the acts and what is known of each.</summary>
/// <remarks>
/// Definitions are records of the log; everything else is found in files and in the kernel, so that an engine that was killed
/// knows after its restart all that happened meanwhile. Monitors do the work that must not stop with the panel.
/// </remarks>
public sealed partial class ContainerEngine : IContainerEngine, IAsyncDisposable
{
    readonly EngineOptions _options;
    readonly IRecordLog _records;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly HostFolders _folders;
    readonly ImageStore _images;
    readonly CgroupLayout _layout;
    readonly HostGrants _grants;
    readonly MonitorLauncher _launcher;
    readonly ChangeFeed _changes;
    readonly MetricFeed _metrics = new();
    readonly CancellationTokenSource _closing = new();
    readonly ContainerTable _table = new();
    Task _sampling = Task.CompletedTask;

    ContainerEngine(EngineOptions options, IRecordLog records, TimeProvider time, ILogger logger)
    {
        (_options, _records, _time, _logger) = (options, records, time, logger);
        ContainerName.Validate(options.CgroupParent, "MINIRUN_CGROUP");
        _folders = new HostFolders(options);
        _images = new ImageStore(_folders.Images);
        _layout = CgroupLayout.Detect();
        _grants = HostGrants.Detect();
        var program = ReadOnlyBind.Ensure(options.RuntimeBinary, _folders.Programs);
        _launcher = new MonitorLauncher(program);
        Demos = new DemoRunner(program, _layout, time);
        _changes = new ChangeFeed(time);
        Host = HostInspection.Report(_layout);
    }

    public HostReport Host { get; }

    public IDemoRunner Demos { get; }

    public IReadOnlyList<string> Images => _images.Names;

    /// <summary>Opens the engine of a host and finds its containers as they are.</summary>
    /// <exception cref="IOException">A folder cannot be made or the runtime's program is missing.</exception>
    public static async Task<ContainerEngine> OpenAsync(
        EngineOptions options, IRecordLog records, TimeProvider time, ILogger<ContainerEngine> logger, CancellationToken cancellationToken)
    {
        var engine = new ContainerEngine(options, records, time, logger);
        await engine.RecoverAsync(cancellationToken);
        engine._sampling = engine.SampleAsync(engine._closing.Token);
        return engine;
    }

    public IReadOnlyList<Container> List() => _table.List();

    public Container Get(string reference) => _table.Find(reference).Container;

    public ContainerSubscription Subscribe() => _changes.Subscribe(List);

    public async IAsyncEnumerable<LogLine> ReadLogAsync(
        string reference, LogQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entry = _table.Find(reference);
        using var log = TryOpenLog(entry);
        if (log is null)
        {
            yield break;
        }

        await foreach (var line in log.ReadAsync(query, () => entry.Container.Status.IsAlive, cancellationToken))
        {
            yield return line;
        }
    }

    public async Task<IConsoleSession> AttachAsync(string reference, CancellationToken cancellationToken)
    {
        var entry = _table.Find(reference);
        if (entry.Container.Status.IsAlive && TryOpen(_folders.Running, entry.Container.Id) is { } run)
        {
            using (run)
            {
                if (await MonitorConnection.TryOpenAsync(run, cancellationToken) is { } connection
                    && await LiveConsole.TryAttachAsync(connection, cancellationToken) is { } console)
                {
                    return console;
                }
            }
        }

        return new PastConsole(entry.Container, TryOpenLog(entry));
    }

    /// <summary>Lets go of everything but the containers, which run on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _sampling;
        await Task.WhenAll(_table.Entries.Select(entry => entry.Watching));
        _images.Dispose();
        _folders.Dispose();
        _closing.Dispose();
    }

    ContainerLog? TryOpenLog(ContainerEntry entry) =>
        TryOpen(_folders.Containers, entry.Container.Id) is { } folder ? new ContainerLog(folder, _time) : null;

    static Folder? TryOpen(Folder parent, string name)
    {
        try
        {
            return parent.OpenFolder(name);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return null;
        }
    }

    string CgroupPath(string id) => $"{_options.CgroupParent}/{id}";

    /// <summary>Sets what a container is now, and tells everybody.</summary>
    void SetStatus(ContainerEntry entry, ContainerStatus status) => Replace(entry, entry.Container with { Status = status });

    void Replace(ContainerEntry entry, Container container)
    {
        entry.Container = container;
        _changes.Publish(new ContainerChange(container.Id, container));
    }
}
