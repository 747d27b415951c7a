using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Engine;

/// <summary>Where the engine keeps things (DESIGN, state on disk).</summary>
sealed class HostFolders : IDisposable
{
    /// <summary>Notes that a start began: written before the first side effect, removed when the end is known.</summary>
    public const string StartedMarker = "started";

    public HostFolders(EngineOptions options)
    {
        using (Folder.Ensure(options.Home))
        {
            Containers = Folder.Ensure($"{options.Home}/containers");
        }

        using (Folder.Ensure(options.Run, 0b111_101_000))
        {
            Running = Folder.Ensure($"{options.Run}/containers");
        }

        Programs = Folder.Ensure($"{options.Run}/bin");
        Images = $"{options.Home}/images";
    }

    /// <summary>A folder for each container that was started: what survives reboots.</summary>
    public Folder Containers { get; }

    /// <summary>A folder for each container that was started: what is gone after a reboot.</summary>
    public Folder Running { get; }

    /// <summary>The read-only view of the runtime.</summary>
    public Folder Programs { get; }

    public string Images { get; }

    public void Dispose()
    {
        Containers.Dispose();
        Running.Dispose();
        Programs.Dispose();
    }
}
