using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/health</c> for whoever restarts the panel, <c>/health/ready</c> for whoever sends it work. Both tell strangers nothing more.</summary>
static class Health
{
    public static void MapHealth(this WebApplication app)
    {
        var health = app.MapGroup("/health").WithTags("Health").AllowAnonymous();
        health.MapGet("/", Live).WithName("GetHealth").WithSummary("Whether the panel runs");
        health.MapGet("/ready", Ready).WithName("GetReadiness").WithSummary("Whether the engine takes work");
    }

    static Ok<HealthResource> Live() => TypedResults.Ok(new HealthResource("healthy", ApiVersion.Product));

    static Ok<HealthResource> Ready(IContainerEngine engine)
    {
        // An engine that is not up says so with HostUnable, which is answered with 503.
        _ = engine.Host;
        return TypedResults.Ok(new HealthResource("ready", ApiVersion.Product));
    }
}
