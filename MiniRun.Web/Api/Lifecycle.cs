using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/containers/{id}/start</c> and its like. Asking for what is already so succeeds with <c>changed: false</c>.</summary>
static class Lifecycle
{
    public const int MaxGraceSeconds = 3600;

    public static void Map(RouteGroupBuilder api)
    {
        var container = api.MapGroup("/containers/{id}").WithTags("Lifecycle");
        container.MapPost("/start", StartAsync).WithName("StartContainer").WithSummary("Start a container");
        container.MapPost("/stop", StopAsync).WithName("StopContainer").WithSummary("Ask a container to end, and kill it after grace seconds (10)");
        container.MapPost("/kill", KillAsync).WithName("KillContainer").WithSummary("Send a signal (KILL) to a container");
        container.MapPost("/restart", RestartAsync).WithName("RestartContainer").WithSummary("Stop a container when it runs, then start it");
    }

    static async Task<Ok<TransitionResource>> StartAsync(string id, IContainerEngine engine, CancellationToken cancellationToken) =>
        TypedResults.Ok((await engine.StartAsync(id, cancellationToken)).ToResource());

    static async Task<Ok<TransitionResource>> StopAsync(string id, string? grace, IContainerEngine engine, CancellationToken cancellationToken) =>
        TypedResults.Ok((await engine.StopAsync(id, Grace(grace), cancellationToken)).ToResource());

    static async Task<Ok<TransitionResource>> KillAsync(string id, string? signal, IContainerEngine engine, CancellationToken cancellationToken) =>
        TypedResults.Ok((await engine.KillAsync(id, signal, cancellationToken)).ToResource());

    static async Task<Ok<TransitionResource>> RestartAsync(string id, string? grace, IContainerEngine engine, CancellationToken cancellationToken) =>
        TypedResults.Ok((await engine.RestartAsync(id, Grace(grace), cancellationToken)).ToResource());

    static TimeSpan? Grace(string? text) =>
        QueryValues.Integer(text, "grace", 0, MaxGraceSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}
