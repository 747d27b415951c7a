using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/system</c>: the host below the containers.</summary>
static class SystemInfo
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/system/info", Get).WithTags("System").WithName("GetSystemInfo").WithSummary("Read what the host offers and what it cannot enforce");

    static Ok<HostResource> Get(IContainerEngine engine)
    {
        var host = engine.Host;
        return TypedResults.Ok(new HostResource(ApiVersion.Product, host.Cgroups, host.CpuCount, host.MemoryBytes, host.Warnings));
    }
}
