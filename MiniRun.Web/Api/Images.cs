using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/images</c>: what containers can be made of.</summary>
static class Images
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/images", List).WithTags("Images").WithName("ListImages").WithSummary("List the images");

    static Ok<ImagePage> List(IContainerEngine engine) =>
        TypedResults.Ok(new ImagePage([.. engine.Images.Select(static name => new ImageResource(name))]));
}
