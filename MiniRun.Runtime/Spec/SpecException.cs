namespace MiniRun.Runtime.Spec;

/// <summary>A document that cannot be used: the JSON path of the field, and what it must be.</summary>
sealed class SpecException(string path, string problem) : Exception($"{path}: {problem}")
{
    public string Path { get; } = path;
}
