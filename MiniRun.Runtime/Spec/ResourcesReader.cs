namespace MiniRun.Runtime.Spec;

/// <summary>Reads the resources of a cgroup alone: the document of <c>update --resources</c>.</summary>
static class ResourcesReader
{
    /// <param name="warnings">Takes what is odd but no reason to refuse the document.</param>
    /// <exception cref="SpecException">A field is missing, of the wrong type or out of range; its path begins at the resources.</exception>
    public static ResourceSpec Read(ReadOnlySpan<byte> document, List<string>? warnings = null)
    {
        var json = new SpecReader(document);
        var resources = ConfigReader.ReadResources(ref json);
        json.End();
        warnings?.AddRange(json.Warnings);
        return resources;
    }
}
