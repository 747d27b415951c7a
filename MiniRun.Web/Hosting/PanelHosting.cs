using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace MiniRun.Web.Hosting;

/// <summary>Listeners, certificates, logging and the time a stop may take.</summary>
static class PanelHosting
{
    public static void AddPanelHosting(this WebApplicationBuilder builder, PanelOptions options)
    {
        builder.WebHost.UseStaticWebAssets();
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // It warns at each start that keys lie unencrypted; their folder is root's, and so would be the key to them.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<Certificates>()
            .AddHostedService(static s => s.GetRequiredService<Certificates>())
            .AddSingleton<LocalSocket>()
            .AddHostedService(static s => s.GetRequiredService<LocalSocket>())
            .AddSingleton<IConfigureOptions<KestrelServerOptions>, Listeners>()
            .Configure<HostOptions>(static o => o.ShutdownTimeout = TimeSpan.FromSeconds(10))
            .Configure<WebSocketOptions>(static o =>
            {
                o.KeepAliveInterval = TimeSpan.FromSeconds(15);
                o.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            });
    }
}
