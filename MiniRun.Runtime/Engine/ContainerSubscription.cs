namespace MiniRun.Runtime.Engine;

/// <summary>One change of the set of containers. <see cref="Container"/> is null when it was deleted.</summary>
public sealed record ContainerChange(string Id, Container? Container);

/// <summary>All containers at one moment, and every change after it.</summary>
/// <param name="Snapshot">Oldest first.</param>
/// <param name="Changes">At most ten batches a second; several changes of one container within a batch are merged. May be enumerated once.</param>
public sealed record ContainerSubscription(
    IReadOnlyList<Container> Snapshot, IAsyncEnumerable<IReadOnlyList<ContainerChange>> Changes);
