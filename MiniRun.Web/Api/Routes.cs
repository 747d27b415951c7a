using System.Text.Json.Serialization;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary>The REST API: one file per resource, one way to write JSON, one place for errors.</summary>
static class Routes
{
    public const string Prefix = "/api/v1";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemHandler>();
        services.AddOpenApi("v1");
        // Binding failures are answered by ProblemHandler, too.
        services.Configure<RouteHandlerOptions>(static o => o.ThrowOnBadRequest = true);
        return services.ConfigureHttpJsonOptions(static o =>
        {
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            o.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
    }

    public static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup(Prefix);
        Discovery.Map(api);
        Containers.Map(api);
        Lifecycle.Map(api);
        Logs.Map(api);
        Stats.Map(api);
        Processes.Map(api);
        Timelines.Map(api);
        Attach.Map(api);
        Images.Map(api);
        SystemInfo.Map(api);
        Demos.Map(api);
        SignIn.Map(api);
        app.MapOpenApi("/openapi/{documentName}.json");
    }
}
