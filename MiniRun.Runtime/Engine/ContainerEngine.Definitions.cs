using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Images;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Engine;

public sealed partial class ContainerEngine
{
    public async Task<Container> CreateAsync(ContainerRequest request, CancellationToken cancellationToken)
    {
        var name = request.Name is null ? GeneratedName.Choose(_table.IsTaken) : ContainerName.Validate(request.Name);
        Reserve(name);
        try
        {
            var definition = DefinitionRules.Define(
                request, name, await FindImageAsync(request.Image ?? BaseImage.Name, cancellationToken), Host, _time.GetUtcNow());
            // The record is the container: before it there is nothing, after it everything can be made again.
            await _records.AppendAsync(Definitions.ToRecord(definition), cancellationToken);
            var entry = new ContainerEntry(new Container(definition, new ContainerStatus { State = ContainerState.Created }));
            _table.Add(entry);
            _changes.Publish(new ContainerChange(definition.Id, entry.Container));
            EngineLog.Created(_logger, name, definition.Id);
            return entry.Container;
        }
        catch
        {
            _table.ReleaseName(name);
            throw;
        }
    }

    public async Task<Container> UpdateAsync(string reference, ContainerPatch patch, int? expectedRevision, CancellationToken cancellationToken)
    {
        var entry = _table.Find(reference);
        await using var held = await HoldAsync(entry, cancellationToken);
        var before = entry.Container.Definition;
        CheckRevision(before, expectedRevision);
        var limits = DefinitionRules.Limits(new ContainerLimits(patch.MemoryBytes, patch.Cpus, patch.Pids), before.Limits, Host);
        var name = patch.Name is null ? before.Name : ContainerName.Validate(patch.Name);
        var after = before with { Name = name, Limits = limits, Revision = before.Revision + 1 };
        if (name != before.Name)
        {
            Reserve(name);
        }

        try
        {
            ApplyLimits(entry, limits);
            await _records.AppendAsync(Definitions.ToRecord(after), cancellationToken);
        }
        catch
        {
            if (name != before.Name)
            {
                _table.ReleaseName(name);
            }

            ApplyLimits(entry, before.Limits);
            throw;
        }

        Replace(entry, entry.Container with { Definition = after });
        if (name != before.Name)
        {
            _table.ReleaseName(before.Name);
        }

        return entry.Container;
    }

    public async Task DeleteAsync(string reference, bool force, int? expectedRevision, CancellationToken cancellationToken)
    {
        var entry = _table.Find(reference);
        CheckRevision(entry.Container.Definition, expectedRevision);
        if (entry.Container.Status.IsAlive)
        {
            if (!force)
            {
                throw new EngineException(EngineError.WrongState, $"{entry.Container.Name} runs; stop it first, or delete it with force.");
            }

            await KillAndAwaitAsync(entry, cancellationToken);
        }

        await using var held = await HoldAsync(entry, cancellationToken);
        if (entry.Container.Status.IsAlive)
        {
            throw new EngineException(EngineError.WrongState, $"{entry.Container.Name} was started meanwhile; delete it again.");
        }

        var (name, id) = (entry.Container.Name, entry.Container.Id);
        SetStatus(entry, entry.Container.Status with { State = ContainerState.Deleting });
        // The record goes first: a crash after it leaves folders that the next start recognizes as nobody's.
        await _records.AppendAsync(Definitions.Tombstone(id), cancellationToken);
        RemoveFolders(id);
        _table.Remove(entry);
        _changes.Publish(new ContainerChange(id, null));
        EngineLog.Deleted(_logger, name);
    }

    void RemoveFolders(string id)
    {
        _folders.Running.DeleteTree(id);
        _folders.Containers.DeleteTree(id);
    }

    /// <summary>Writes limits into the cgroup of a running container.</summary>
    static void ApplyLimits(ContainerEntry entry, ContainerLimits limits)
    {
        if (!entry.Container.Status.IsAlive || entry.Cgroup is not { } cgroup)
        {
            return;
        }

        // v2 would answer a limit below the usage by killing; v1 by refusing.
        if (cgroup.ReadUsage() is { } usage && usage.MemoryBytes > limits.MemoryBytes)
        {
            throw new EngineException(
                EngineError.InvalidField,
                $"memory: {entry.Container.Name} uses {ByteSize.Format(usage.MemoryBytes)} now; give it more than that, or stop it first.",
                "memory");
        }

        try
        {
            cgroup.SetLimits(Limits.ToResources(limits));
        }
        catch (CgroupException e)
        {
            throw new EngineException(EngineError.InvalidField, $"memory: the kernel refused the limit ({e.Problem}); give more.", "memory");
        }
    }

    async Task<Image> FindImageAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _images.FindAsync(name, cancellationToken)
                ?? throw new EngineException(EngineError.NotFound, $"image: no image is named \"{name}\"; this host has {string.Join(", ", _images.Names)}.", "image");
        }
        catch (InvalidOperationException e)
        {
            throw new EngineException(EngineError.HostUnable, e.Message, "image");
        }
    }

    void Reserve(string name)
    {
        if (!_table.TryReserve(name))
        {
            throw new EngineException(EngineError.NameTaken, $"name: \"{name}\" is taken; choose another, or delete the container that has it.", "name");
        }
    }

    static void CheckRevision(ContainerDefinition definition, int? expected)
    {
        if (expected is { } revision && revision != definition.Revision)
        {
            throw new EngineException(
                EngineError.RevisionMismatch, $"{definition.Name} was changed meanwhile (revision {definition.Revision}, not {revision}); read it again.");
        }
    }

    /// <summary>Waits for the container's gate.</summary>
    async Task<Held> HoldAsync(ContainerEntry entry, CancellationToken cancellationToken)
    {
        await entry.Gate.WaitAsync(cancellationToken);
        if (_table.Holds(entry))
        {
            return new Held(entry.Gate);
        }

        entry.Gate.Release();
        throw new EngineException(EngineError.NotFound, $"{entry.Container.Name} was deleted meanwhile.");
    }

    readonly struct Held(SemaphoreSlim gate) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            gate.Release();
            return ValueTask.CompletedTask;
        }
    }
}
