using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Hubs;

static class HubClient
{
    /// <summary>A started connection that speaks MessagePack, as the panel's pages do.</summary>
    public static async Task<HubConnection> ConnectAsync(PanelHost host, string hub)
    {
        var token = host.Token;
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(host.Http, "/hubs/" + hub), o => o.AccessTokenProvider = () => Task.FromResult<string?>(token))
            .AddMessagePackProtocol()
            .Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
