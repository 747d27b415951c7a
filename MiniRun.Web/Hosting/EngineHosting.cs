using MiniRun.Data;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hosting;

/// <summary>The one place that decides which engine and which log the panel uses.</summary>
static class EngineHosting
{
    public static IServiceCollection AddEngine(this IServiceCollection services, PanelOptions options)
    {
        services.AddSingleton(provider => new EngineOpener(cancellationToken => OpenAsync(provider, options, cancellationToken)));
        services.AddSingleton<EngineStart>();
        // Started before the listeners, so that a panel without an engine does not listen.
        services.AddHostedService(static provider => provider.GetRequiredService<EngineStart>());
        return services.AddSingleton(static provider => provider.GetRequiredService<EngineStart>().Engine);
    }

    static async Task<OpenEngine> OpenAsync(IServiceProvider services, PanelOptions options, CancellationToken cancellationToken)
    {
        var records = await FileRecordLog.OpenAsync(
            new RecordLogOptions { Folder = Path.Combine(options.Home, "store") },
            services.GetRequiredService<ILogger<FileRecordLog>>(),
            cancellationToken);
        try
        {
            var engine = await ContainerEngine.OpenAsync(
                new EngineOptions { Home = options.Home, Run = options.Run, RuntimeBinary = options.Runtime, CgroupParent = options.Cgroup },
                records,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<ContainerEngine>>(),
                cancellationToken);
            return new OpenEngine(engine, [engine, records]);
        }
        catch
        {
            await records.DisposeAsync();
            throw;
        }
    }
}

/// <summary>How the panel gets its engine; a test puts another one here.</summary>
sealed record EngineOpener(Func<CancellationToken, Task<OpenEngine>> OpenAsync);

/// <summary>An engine, and what has to be closed with it, in this order.</summary>
sealed record OpenEngine(IContainerEngine Engine, IReadOnlyList<IAsyncDisposable> Owned);
