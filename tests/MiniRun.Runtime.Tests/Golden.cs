namespace MiniRun.Runtime.Tests;

/// <summary>Compares text with a file in the tree; MINIRUN_ACCEPT=1 writes the file instead, for the reviewer to read.</summary>
static class Golden
{
    public static void Matches(string file, string text)
    {
        var path = $"{Repository.Root}/tests/MiniRun.Runtime.Tests/{file}";
        if (Environment.GetEnvironmentVariable("MINIRUN_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }
}
