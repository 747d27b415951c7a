namespace MiniRun.Web.Api;

/// <summary>The request itself is at fault, before the engine is asked: one sentence with the way out, and its status.</summary>
sealed class RequestException(int status, string code, string message, string? field = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string? Field { get; } = field;

    /// <summary>400: a value of the wrong kind.</summary>
    public static RequestException WrongType(string field, string expected) =>
        new(StatusCodes.Status400BadRequest, "wrong-type", $"{field}: expected {expected}.", field);

    /// <summary>422: a value of the right kind that cannot be used.</summary>
    public static RequestException Invalid(string field, string sentence) =>
        new(StatusCodes.Status422UnprocessableEntity, "invalid-field", $"{field}: {sentence}", field);
}
