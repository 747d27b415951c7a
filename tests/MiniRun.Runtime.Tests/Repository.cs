namespace MiniRun.Runtime.Tests;

/// <summary>Finds what the build made and what the tests keep beside them.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The native runtime that <c>build.sh</c> made.</summary>
    public static string RuntimeBinary =>
        Environment.GetEnvironmentVariable("MINIRUN_RUNTIME") is { Length: > 0 } given ? given
        : File.Exists($"{Root}/artifacts/bin/minirun-runtime") ? $"{Root}/artifacts/bin/minirun-runtime"
        : throw new FileNotFoundException("artifacts/bin/minirun-runtime is missing; run ./build.sh first");

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists($"{folder.FullName}/MiniRun.sln"))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("the tests run outside the repository");
    }
}
