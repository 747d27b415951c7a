using MiniRun.Web.Api;

namespace MiniRun.Web.Hosting;

/// <summary><c>/containers</c> is a page for a browser and <c>/api/v1/containers</c> for everybody else.</summary>
/// <remarks>A rewrite before routing, because a page and an endpoint on one path are ambiguous to it.</remarks>
static class ShortForms
{
    static readonly PathString[] Resources = ["/containers", "/images", "/system", "/demos"];

    public static void UseShortForms(this WebApplication app) => app.Use(static (context, next) =>
    {
        var request = context.Request;
        if (!RequestKind.AcceptsHtml(request) && Array.Exists(Resources, r => request.Path.StartsWithSegments(r, StringComparison.Ordinal)))
        {
            request.Path = Routes.Prefix + request.Path;
        }

        return next(context);
    });
}
