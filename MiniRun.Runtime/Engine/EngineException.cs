using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Engine;

/// <summary>Why the engine refused; each maps to one HTTP status.</summary>
public enum EngineError
{
    /// <summary>No container or image has this name (404).</summary>
    NotFound,

    /// <summary>A prefix fits several containers (409).</summary>
    Ambiguous,

    /// <summary>Another container has this name (409).</summary>
    NameTaken,

    /// <summary>A field's value is not acceptable (422).</summary>
    InvalidField,

    /// <summary>The container's state does not allow the act (409).</summary>
    WrongState,

    /// <summary>Something of which there can be only one at a time is under way (409).</summary>
    Busy,

    /// <summary>The definition was changed meanwhile (412).</summary>
    RevisionMismatch,

    /// <summary>The kernel refused a step of the start (500).</summary>
    LaunchFailed,

    /// <summary>The host lacks something that the act needs (503).</summary>
    HostUnable,
}

/// <summary>One sentence that says what is wrong and the way out.</summary>
public sealed class EngineException(EngineError error, string message, string? field = null, LaunchFailure? failure = null)
    : Exception(message)
{
    public EngineError Error { get; } = error;

    /// <summary>The request's field at fault, in the REST API's spelling.</summary>
    public string? Field { get; } = field;

    public LaunchFailure? Failure { get; } = failure;
}
