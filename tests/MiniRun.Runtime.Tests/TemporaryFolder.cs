using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests;

/// <summary>A folder of one test, gone with it.</summary>
sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Folder = Folder.Open(Path);

    public string Path { get; } = Directory.CreateTempSubdirectory("minirun-test-").FullName;

    public Folder Folder { get; }

    public string this[string name] => $"{Path}/{name}";

    public string Read(string name) => File.ReadAllText(this[name]);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
    }

    /// <summary>Every entry below it, by its relative path.</summary>
    public IEnumerable<string> Names =>
        Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories).Select(p => p[(Path.Length + 1)..]).Order(StringComparer.Ordinal);

    public void Dispose()
    {
        Folder.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
