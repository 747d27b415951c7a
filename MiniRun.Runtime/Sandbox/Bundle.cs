using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A folder with a config.json and, as a rule, the root filesystem (runtime-spec, bundle.md).</summary>
sealed class Bundle : IDisposable
{
    const int MaximumConfigSize = 4 << 20;

    Bundle(Folder folder, byte[] document)
    {
        Folder = folder;
        Document = document;
        Config = ConfigReader.Read(document);
    }

    public Folder Folder { get; }

    /// <summary>config.json as it is on disk.</summary>
    public byte[] Document { get; }

    public RuntimeConfig Config { get; }

    /// <summary>root.path, absolute.</summary>
    public string RootPath => RootPathOf(Config, Folder.Path);

    /// <summary>root.path of a configuration in a bundle, absolute.</summary>
    public static string RootPathOf(RuntimeConfig config, string bundle) =>
        config.Root.Path.StartsWith('/') ? config.Root.Path : $"{bundle}/{config.Root.Path}";

    /// <exception cref="KernelException">The folder or its config.json cannot be read.</exception>
    /// <exception cref="SpecException">config.json cannot be used.</exception>
    public static Bundle Open(string path)
    {
        var folder = Folder.Open(path);
        try
        {
            return new Bundle(folder, Read(folder));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public void Dispose() => Folder.Dispose();

    static byte[] Read(Folder folder)
    {
        // Without waiting: it could be a FIFO that nobody writes to.
        using var file = folder.OpenFile("config.json", Kernel.Open.ReadOnly | Kernel.Open.NonBlocking);
        return !FileFacts.Of(file).IsRegular ? throw new SpecException("$", $"{folder.Path}/config.json is no regular file")
            : Files.Size(file) > MaximumConfigSize ? throw new SpecException("$", $"is larger than {MaximumConfigSize} bytes")
            : Files.ReadAll(file);
    }
}
