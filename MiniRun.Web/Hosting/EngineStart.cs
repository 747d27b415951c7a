using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hosting;

/// <summary>Opens the engine before the listeners and closes it after them: hosted services start in the order of their
/// registration, Kestrel last, and stop in reverse. The containers run on.</summary>
sealed class EngineStart(EngineOpener opener, ILogger<EngineStart> logger) : IHostedService
{
    OpenEngine? _open;

    /// <exception cref="InvalidOperationException">The panel has not been started yet.</exception>
    public IContainerEngine Engine => _open?.Engine ?? throw new InvalidOperationException("The engine is asked for before it is open.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _open = await opener.OpenAsync(cancellationToken);
        HostingLog.EngineUp(logger, _open.Engine.Host.Cgroups, _open.Engine.Host.CpuCount);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var owned in _open?.Owned ?? [])
        {
            await owned.DisposeAsync();
        }
    }
}
