namespace MiniRun.Runtime.Spec;

/// <summary>Reads a process alone: the document of <c>exec --process</c>.</summary>
static class ProcessReader
{
    /// <param name="warnings">Takes what is odd but no reason to refuse the document.</param>
    /// <exception cref="SpecException">A field is missing, of the wrong type or out of range; its path begins at the process.</exception>
    public static ProcessSpec Read(ReadOnlySpan<byte> document, List<string>? warnings = null)
    {
        var json = new SpecReader(document);
        var process = ConfigReader.ReadProcess(ref json);
        json.End();
        warnings?.AddRange(json.Warnings);
        return process;
    }
}
