using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Sandbox.Timeline;

namespace MiniRun.Web.Tests.Engine;

/// <summary>An engine without a kernel: acts change states at once, and tests feed output and metrics through channels.</summary>
sealed class FakeContainerEngine(TimeProvider? time = null) : IContainerEngine
{
    readonly TimeProvider _time = time ?? TimeProvider.System;
    readonly ConcurrentDictionary<string, Container> _containers = new();
    readonly ConcurrentDictionary<Channel<ContainerChange>, byte> _subscribers = new();

    public Dictionary<string, List<LogLine>> Logs { get; } = [];

    /// <summary>What a reader that follows gets after the lines in <see cref="Logs"/>.</summary>
    public Dictionary<string, Channel<LogLine>> FollowedLogs { get; } = [];

    public LogQuery? LastLogQuery { get; private set; }

    public Dictionary<string, FakeConsoleSession> Consoles { get; } = [];

    public Channel<IReadOnlyList<ContainerMetrics>> Metrics { get; } = Channel.CreateUnbounded<IReadOnlyList<ContainerMetrics>>();

    public List<string> Calls { get; } = [];

    /// <summary>Thrown by the next act instead of doing it.</summary>
    public EngineException? NextFailure { get; set; }

    public IReadOnlyList<string> Images { get; } = ["base"];

    public FakeDemoRunner DemoRunner { get; } = new();

    public IDemoRunner Demos => DemoRunner;

    public HostReport Host { get; set; } = new("hybrid", 2, 24L << 30, []);

    public IReadOnlyList<Container> List() => [.. _containers.Values.OrderBy(c => c.Definition.CreatedAt).ThenBy(c => c.Id)];

    public Container Get(string reference) =>
        _containers.Values.FirstOrDefault(c => c.Name == reference || c.Id == reference || (reference.Length >= 4 && c.Id.StartsWith(reference, StringComparison.Ordinal)))
        ?? throw new EngineException(EngineError.NotFound, $"No container is named \"{reference}\"; GET /containers lists them.");

    public Task<Container> CreateAsync(ContainerRequest request, CancellationToken cancellationToken)
    {
        Called($"create {request.Name}");
        var name = ContainerName.Validate(request.Name ?? "quiet-otter");
        if (_containers.Values.Any(c => c.Name == name))
        {
            throw new EngineException(EngineError.NameTaken, $"name: \"{name}\" is taken; choose another.", "name");
        }

        var limits = ContainerLimits.Default;
        var definition = new ContainerDefinition
        {
            Id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
            Name = name,
            Image = request.Image ?? "base",
            Command = request.Command?.Words ?? ["/bin/bash"],
            Environment = request.Environment,
            Limits = new ContainerLimits(request.MemoryBytes ?? limits.MemoryBytes, request.Cpus ?? limits.Cpus, request.Pids ?? limits.Pids),
            Network = request.Network,
            Terminal = request.Terminal,
            WorkingDirectory = request.WorkingDirectory ?? "/",
            CreatedAt = _time.GetUtcNow(),
        };
        return Task.FromResult(Put(new Container(definition, new ContainerStatus { State = ContainerState.Created })));
    }

    public Task<Transition> StartAsync(string reference, CancellationToken cancellationToken) => Act("start", reference, c =>
        c.Status.IsAlive ? null : new ContainerStatus { State = ContainerState.Running, Pid = 4242, StartedAt = _time.GetUtcNow() });

    public Task<Transition> StopAsync(string reference, TimeSpan? grace, CancellationToken cancellationToken) => Act("stop", reference, c =>
        c.Status.IsAlive ? Ended(c, 143, 15) : null);

    public Task<Transition> KillAsync(string reference, string? signal, CancellationToken cancellationToken) => Act("kill", reference, c =>
        c.Status.IsAlive ? Ended(c, 137, 9) : throw new EngineException(EngineError.WrongState, $"{c.Name} does not run; start it first."));

    public Task<Transition> RestartAsync(string reference, TimeSpan? grace, CancellationToken cancellationToken) => Act("restart", reference, _ =>
        new ContainerStatus { State = ContainerState.Running, Pid = 4243, StartedAt = _time.GetUtcNow() });

    public Task<Container> UpdateAsync(string reference, ContainerPatch patch, int? expectedRevision, CancellationToken cancellationToken)
    {
        Called($"update {reference}");
        var container = Get(reference);
        if (expectedRevision is { } expected && expected != container.Definition.Revision)
        {
            throw new EngineException(EngineError.RevisionMismatch, $"{container.Name} was changed meanwhile; read it again.");
        }

        var limits = container.Definition.Limits;
        return Task.FromResult(Put(container with
        {
            Definition = container.Definition with
            {
                Name = patch.Name ?? container.Name,
                Revision = container.Definition.Revision + 1,
                Limits = new ContainerLimits(patch.MemoryBytes ?? limits.MemoryBytes, patch.Cpus ?? limits.Cpus, patch.Pids ?? limits.Pids),
            },
        }));
    }

    public Task DeleteAsync(string reference, bool force, int? expectedRevision, CancellationToken cancellationToken)
    {
        Called($"delete {reference}");
        var container = Get(reference);
        if (container.Status.IsAlive && !force)
        {
            throw new EngineException(EngineError.WrongState, $"{container.Name} runs; stop it first, or delete it with force.");
        }

        _containers.TryRemove(container.Id, out _);
        Publish(new ContainerChange(container.Id, null));
        return Task.CompletedTask;
    }

    public ContainerSubscription Subscribe()
    {
        var channel = Channel.CreateUnbounded<ContainerChange>();
        _subscribers.TryAdd(channel, 0);
        return new ContainerSubscription(List(), Batches(channel));
    }

    public async IAsyncEnumerable<LogLine> ReadLogAsync(string reference, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        LastLogQuery = query;
        var name = Get(reference).Name;
        foreach (var line in Logs.GetValueOrDefault(name, []).TakeLast(query.Tail ?? int.MaxValue))
        {
            yield return line;
        }

        if (query.Follow && FollowedLogs.GetValueOrDefault(name) is { } followed)
        {
            await foreach (var line in followed.Reader.ReadAllAsync(cancellationToken))
            {
                yield return line;
            }
        }
    }

    public Task<IConsoleSession> AttachAsync(string reference, CancellationToken cancellationToken) =>
        Task.FromResult<IConsoleSession>(Consoles[Get(reference).Name]);

    public IReadOnlyList<ContainerProcessInfo> ReadProcesses(string reference) => Get(reference).Status.IsAlive
        ? [new ContainerProcessInfo(1, 4711, 0, 0, 'S', 2, 4 << 20, TimeSpan.FromMilliseconds(1234), "/bin/bash -c true")]
        : throw new EngineException(EngineError.WrongState, $"{Get(reference).Name} does not run, so it has no processes; start it first.");

    public Dictionary<string, StartTimeline> Timelines { get; } = [];

    public StartTimeline ReadTimeline(string reference) => Timelines.TryGetValue(Get(reference).Name, out var timeline)
        ? timeline
        : throw new EngineException(EngineError.WrongState, $"{Get(reference).Name} was never started, so that there is no timeline; start it first.");

    public MetricSample? LatestMetrics(string reference) => RecentMetrics(reference) is [.., var last] ? last : null;

    public IReadOnlyList<MetricSample> RecentMetrics(string reference)
    {
        var container = Get(reference);
        return container.Status.IsAlive
            ? [new MetricSample(_time.GetUtcNow(), 0.25, TimeSpan.FromSeconds(3), 42 << 20, 3, container.Definition.Limits)]
            : [];
    }

    public IAsyncEnumerable<IReadOnlyList<ContainerMetrics>> WatchMetricsAsync(CancellationToken cancellationToken) =>
        Metrics.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Adds or replaces a container and tells the subscribers.</summary>
    public Container Put(Container container)
    {
        _containers[container.Id] = container;
        Publish(new ContainerChange(container.Id, container));
        return container;
    }

    Task<Transition> Act(string verb, string reference, Func<Container, ContainerStatus?> next)
    {
        Called($"{verb} {reference}");
        var container = Get(reference);
        return Task.FromResult(next(container) is { } status
            ? new Transition(Put(container with { Status = status }), Changed: true)
            : new Transition(container, Changed: false));
    }

    ContainerStatus Ended(Container container, int exitCode, int signal) => new()
    {
        State = ContainerState.Exited,
        StartedAt = container.Status.StartedAt,
        FinishedAt = _time.GetUtcNow(),
        ExitCode = exitCode,
        Signal = signal,
    };

    void Called(string call)
    {
        Calls.Add(call);
        if (NextFailure is { } failure)
        {
            NextFailure = null;
            throw failure;
        }
    }

    void Publish(ContainerChange change)
    {
        foreach (var channel in _subscribers.Keys)
        {
            channel.Writer.TryWrite(change);
        }
    }

    async IAsyncEnumerable<IReadOnlyList<ContainerChange>> Batches(
        Channel<ContainerChange> channel, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                var batch = new List<ContainerChange>();
                while (channel.Reader.TryRead(out var change))
                {
                    batch.Add(change);
                }

                yield return batch;
            }
        }
        finally
        {
            _subscribers.TryRemove(channel, out _);
        }
    }
}

/// <summary>A console whose output a test writes and whose input a test reads.</summary>
sealed class FakeConsoleSession(bool terminal) : IConsoleSession
{
    public Channel<ConsoleEvent> Output { get; } = Channel.CreateUnbounded<ConsoleEvent>();

    public Channel<byte[]> Input { get; } = Channel.CreateUnbounded<byte[]>();

    public List<(int Columns, int Rows)> Sizes { get; } = [];

    public bool Terminal => terminal;

    public bool Disposed { get; private set; }

    public IAsyncEnumerable<ConsoleEvent> ReadAsync(CancellationToken cancellationToken) => Output.Reader.ReadAllAsync(cancellationToken);

    /// <summary>While it is not completed, the container does not read its input.</summary>
    public TaskCompletionSource? InputGate { get; set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        if (InputGate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        await Input.Writer.WriteAsync(input.ToArray(), cancellationToken);
    }

    public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken)
    {
        Sizes.Add((columns, rows));
        return ValueTask.CompletedTask;
    }

    public ValueTask CloseInputAsync(CancellationToken cancellationToken)
    {
        Input.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
