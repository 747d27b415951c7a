using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hosting;

/// <summary>Takes the engine up before the listeners: hosted services start in the order of their registration, Kestrel last.</summary>
sealed class EngineStart(IServiceProvider services, ILogger<EngineStart> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var host = services.GetRequiredService<IContainerEngine>().Host;
        HostingLog.EngineUp(logger, host.Cgroups, host.CpuCount);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
