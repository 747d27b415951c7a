namespace MiniRun.Runtime.Sandbox;

/// <summary>Paths of config.json inside the container, compared as text: the image's links are the kernel's matter.</summary>
static class ContainerPath
{
    /// <summary>Absolute, without empty parts, <c>.</c> and <c>..</c>; what is above the root is the root.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>Whether a clean path is a folder or below it.</summary>
    public static bool IsAtOrBelow(string path, string folder) =>
        folder is "/" || (path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/'));

    public static bool IsBelow(string path, string folder) => path.Length > folder.Length && IsAtOrBelow(path, folder);

    /// <summary>The folder of a clean path, and its name there.</summary>
    public static (string Folder, string Name) Split(string path)
    {
        var slash = path.LastIndexOf('/');
        return (slash == 0 ? "/" : path[..slash], path[(slash + 1)..]);
    }
}
