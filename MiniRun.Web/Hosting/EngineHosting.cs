using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hosting;

/// <summary>The one place that decides which engine and which log the panel uses.</summary>
static class EngineHosting
{
    public static IServiceCollection AddEngine(this IServiceCollection services, PanelOptions options)
    {
        services.AddSingleton(new EngineOptions
        {
            Home = options.Home,
            Run = options.Run,
            RuntimeBinary = options.Runtime,
            CgroupParent = options.Cgroup,
        });
        services.AddSingleton<IRecordLog>(static _ => throw Missing(nameof(IRecordLog)));
        services.AddSingleton<IContainerEngine>(static _ => throw Missing(nameof(IContainerEngine)));
        // Resolved at start, so that a panel without an engine does not listen.
        return services.AddHostedService<EngineStart>();
    }

    static InvalidOperationException Missing(string service) =>
        new($"No {service} is registered; EngineHosting.AddEngine is where one belongs.");
}
