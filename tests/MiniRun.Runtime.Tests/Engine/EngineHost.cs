using Microsoft.Extensions.Logging.Abstractions;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Engine;

/// <summary>A host of its own for one test: folders, a cgroup parent, records; engines come and go on it.</summary>
sealed class EngineHost : IAsyncDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("minirun-test-").FullName;
    ContainerEngine? _engine;

    public EngineHost(string? sharedImages = null)
    {
        Options = new EngineOptions
        {
            Home = $"{_root}/home",
            Run = $"{_root}/run",
            RuntimeBinary = Repository.RuntimeBinary,
            CgroupParent = Path.GetFileName(_root),
        };
        if (sharedImages is not null)
        {
            Directory.CreateDirectory(Options.Home);
            Directory.CreateSymbolicLink($"{Options.Home}/images", sharedImages);
        }
    }

    public EngineOptions Options { get; }

    public MemoryRecordLog Records { get; } = new();

    public ContainerEngine Engine => _engine ?? throw new InvalidOperationException("open it first");

    public async Task<ContainerEngine> OpenAsync()
    {
        _engine = await ContainerEngine.OpenAsync(
            Options, Records, TimeProvider.System, NullLogger<ContainerEngine>.Instance, TestContext.Current.CancellationToken);
        return _engine;
    }

    /// <summary>What a kill of the panel leaves: the engine is gone, the monitors stay.</summary>
    public async Task CloseAsync()
    {
        await Engine.DisposeAsync();
        _engine = null;
    }

    public string BundleOf(Container container) => $"{Options.Home}/containers/{container.Id}";

    public string RunFolderOf(Container container) => $"{Options.Run}/containers/{container.Id}";

    public IEnumerable<string> CgroupsOf(Container container) =>
        Directory.GetDirectories("/sys/fs/cgroup").Select(tree => $"{tree}/{Options.CgroupParent}/{container.Id}")
            .Append($"/sys/fs/cgroup/{Options.CgroupParent}/{container.Id}").Where(Directory.Exists);

    public async ValueTask DisposeAsync()
    {
        if (_engine is null)
        {
            await OpenAsync();
        }

        foreach (var container in Engine.List())
        {
            await Engine.DeleteAsync(container.Id, force: true, null, CancellationToken.None);
        }

        await CloseAsync();
        ReadOnlyBind.Remove($"{Options.Run}/bin/{Path.GetFileName(Options.RuntimeBinary)}");
        foreach (var parent in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").Select(tree => $"{tree}/{Options.CgroupParent}").Where(Directory.Exists))
        {
            Directory.Delete(parent);
        }

        Directory.Delete(_root, recursive: true);
    }
}
