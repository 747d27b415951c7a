using MiniRun.Runtime.Images;

[assembly: AssemblyFixture(typeof(MiniRun.Runtime.Tests.Engine.SharedImages))]

namespace MiniRun.Runtime.Tests.Engine;

/// <summary>The base image, made once for all tests.</summary>
public sealed class SharedImages : IAsyncLifetime
{
    public string Path { get; } = Directory.CreateTempSubdirectory("minirun-images-").FullName;

    public async ValueTask InitializeAsync()
    {
        using var store = new ImageStore(Path);
        Assert.NotNull(await store.FindAsync(BaseImage.Name, CancellationToken.None));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Path, recursive: true);
        return ValueTask.CompletedTask;
    }
}
