using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace MiniRun.Web.Hubs;

/// <summary>The hubs that feed charts and terminals past the component renderer.</summary>
static class HubRoutes
{
    // Input of 32 KiB with its envelope, as base64 in JSON.
    const int MaxMessageBytes = 64 << 10;

    public static IServiceCollection AddHubs(this IServiceCollection services)
    {
        services.AddSignalR(static o =>
        {
            o.MaximumReceiveMessageSize = MaxMessageBytes;
            o.KeepAliveInterval = TimeSpan.FromSeconds(15);
            o.AddFilter<EngineErrors>();
        }).AddMessagePackProtocol();
        return services;
    }

    public static void MapHubs(this WebApplication app)
    {
        app.MapHub<MetricsHub>("/hubs/metrics", Configure);
        app.MapHub<ConsoleHub>("/hubs/console", Configure);
    }

    static void Configure(HttpConnectionDispatcherOptions options)
    {
        // The other transports buffer on the server, where no credit counts.
        options.Transports = HttpTransportType.WebSockets;
        options.CloseOnAuthenticationExpiration = true;
    }
}
