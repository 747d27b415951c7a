using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Api;

/// <summary><c>/containers/{id}/attach</c>: the console over a raw WebSocket, for clients without SignalR.</summary>
static class Attach
{
    public const int MaxTerminalSide = 1000;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/containers/{id}/attach", AttachAsync)
        .WithTags("Output")
        .WithName("AttachContainer")
        .WithSummary("Attach to a container's console over a WebSocket")
        .WithDescription("Binary frames are console bytes both ways; text frames are AttachControl from the client and AttachNotice from the server.");

    static async Task AttachAsync(string id, string? columns, string? rows, IContainerEngine engine, HttpContext context)
    {
        var width = QueryValues.Integer(columns, "columns", 1, MaxTerminalSide);
        var height = QueryValues.Integer(rows, "rows", 1, MaxTerminalSide);
        var container = engine.Get(id);
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            throw new RequestException(StatusCodes.Status426UpgradeRequired, "websocket-required", "This address speaks WebSocket only; open it with ws:// or wss://.");
        }

        using var lifetime = Streams.Lifetime(context);
        await using var session = await engine.AttachAsync(container.Id, lifetime.Token);
        if (width is { } w && height is { } h)
        {
            await session.ResizeAsync(w, h, lifetime.Token);
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await new AttachSocket(socket, session).RunAsync(lifetime.Token);
    }
}
