using Microsoft.AspNetCore.SignalR;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Hubs;

/// <summary>Lets the engine's sentences reach hub clients; SignalR hides the message of any other exception.</summary>
sealed class EngineErrors : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (EngineException e)
        {
            throw new HubException(e.Message, e);
        }
    }
}
