using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;
using MiniRun.Web.Hosting;

namespace MiniRun.Web.Api;

/// <summary><c>/api/v1</c> itself: what a client finds here.</summary>
static class Discovery
{
    static readonly string[] Features = ["containers", "logs", "stats", "attach", "images", "demos", "sign-in-links"];

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/", Get).WithTags("System").WithName("GetApi").WithSummary("Read the version, features and limits of this API");

    static Ok<ApiResource> Get() => TypedResults.Ok(new ApiResource(ApiVersion.Product, Features, new ApiLimits(
        Listeners.MaxBodyBytes,
        Containers.MaxPageSize,
        Logs.MaxTail,
        Lifecycle.MaxGraceSeconds,
        ContainerLimits.MinimumMemoryBytes,
        ContainerLimits.MinimumCpus)));
}
