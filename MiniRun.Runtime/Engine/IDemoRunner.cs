using MiniRun.Runtime.Demos;

namespace MiniRun.Runtime.Engine;

/// <summary>Gives demonstrations on this host, one at a time.</summary>
public interface IDemoRunner
{
    /// <summary>In the order in which they explain each other.</summary>
    IReadOnlyList<DemoDescription> Demos { get; }

    /// <summary>Begins one.</summary>
    /// <exception cref="EngineException"><see cref="EngineError.NotFound"/> for a name that is none,
    /// <see cref="EngineError.Busy"/> while another one runs.</exception>
    IDemoRun Start(string name);
}

/// <summary>A demonstration that was begun. Disposing ends it, and leaves nothing of it behind.</summary>
public interface IDemoRun : IAsyncDisposable
{
    /// <summary>The facts as they happen. Ends with the demonstration; the last one is an error when it failed or took too long.</summary>
    /// <remarks>May be called once.</remarks>
    IAsyncEnumerable<DemoFact> ReadAsync(CancellationToken cancellationToken);
}
