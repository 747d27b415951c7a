using System.Collections.Concurrent;

namespace MiniRun.Runtime.Engine;

/// <summary>The containers by id and name.</summary>
sealed class ContainerTable
{
    const int ShortestPrefix = 4;

    readonly ConcurrentDictionary<string, ContainerEntry> _byId = new(StringComparer.Ordinal);

    /// <summary>Names that are taken, also by creations that are not finished.</summary>
    readonly ConcurrentDictionary<string, byte> _names = new(StringComparer.Ordinal);

    public IEnumerable<ContainerEntry> Entries => _byId.Values;

    public IReadOnlyList<Container> List() =>
        [.. _byId.Values.Select(entry => entry.Container).OrderBy(c => c.Definition.CreatedAt).ThenBy(c => c.Id, StringComparer.Ordinal)];

    /// <exception cref="EngineException">None or several fit.</exception>
    public ContainerEntry Find(string reference)
    {
        if (_byId.TryGetValue(reference, out var exact))
        {
            return exact;
        }

        if (_byId.Values.FirstOrDefault(entry => entry.Container.Name == reference) is { } named)
        {
            return named;
        }

        var fitting = reference.Length < ShortestPrefix ? []
            : _byId.Values.Where(entry => entry.Container.Id.StartsWith(reference, StringComparison.Ordinal)).Take(5).ToList();
        return fitting switch
        {
            [var only] => only,
            [] => throw new EngineException(EngineError.NotFound, $"No container is named \"{Shorten(reference)}\"; GET /containers lists them."),
            _ => throw new EngineException(
                EngineError.Ambiguous,
                $"\"{reference}\" fits several containers: {string.Join(", ", fitting.Select(e => $"{e.Container.Name} ({e.Container.Id[..12]})"))}; write more of the id."),
        };
    }

    /// <summary>Takes a name, so that of several who want it one gets it.</summary>
    public bool TryReserve(string name) => _names.TryAdd(name, 0);

    public void ReleaseName(string name) => _names.TryRemove(name, out _);

    public bool IsTaken(string name) => _names.ContainsKey(name);

    public void Add(ContainerEntry entry)
    {
        _names.TryAdd(entry.Container.Name, 0);
        _byId[entry.Container.Id] = entry;
    }

    public void Remove(ContainerEntry entry)
    {
        _byId.TryRemove(entry.Container.Id, out _);
        ReleaseName(entry.Container.Name);
    }

    /// <summary>Whether the entry is still there: an act may have waited behind a deletion.</summary>
    public bool Holds(ContainerEntry entry) => _byId.TryGetValue(entry.Container.Id, out var present) && ReferenceEquals(present, entry);

    static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
