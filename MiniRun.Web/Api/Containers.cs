using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/containers</c>: what containers there shall be.</summary>
static class Containers
{
    public const int MaxPageSize = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        var containers = api.MapGroup("/containers").WithTags("Containers");
        containers.MapGet("/", List).WithName("ListContainers").WithSummary("List the containers, oldest first");
        containers.MapPost("/", CreateAsync).WithName("CreateContainer").WithSummary("Define a container without starting it");
        containers.MapGet("/{id}", Get).WithName("GetContainer").WithSummary("Read a container by name, id or a unique prefix of its id");
        containers.MapPatch("/{id}", UpdateAsync).WithName("UpdateContainer").WithSummary("Change a container's name or limits, at once when it runs; needs If-Match");
        containers.MapDelete("/{id}", DeleteAsync).WithName("DeleteContainer").WithSummary("Remove a container with its output; a running one with force=true only");
    }

    static Ok<ContainerPage> List(IContainerEngine engine, string? limit, string? cursor)
    {
        var size = QueryValues.Integer(limit, "limit", 1, MaxPageSize) ?? MaxPageSize;
        IEnumerable<Container> all = engine.List();
        if (cursor is not null)
        {
            // An unknown cursor is a deleted container: whoever pages must start again rather than miss some.
            var after = engine.Get(cursor).Id;
            all = all.SkipWhile(c => c.Id != after).Skip(1);
        }

        var page = all.Take(size + 1).Select(ContainerMapping.ToResource).ToList();
        return page.Count <= size
            ? TypedResults.Ok(new ContainerPage(page, NextCursor: null))
            : TypedResults.Ok(new ContainerPage(page[..size], page[size - 1].Id));
    }

    static async Task<Created<ContainerResource>> CreateAsync(
        CreateContainer body, IContainerEngine engine, HttpResponse response, CancellationToken cancellationToken)
    {
        var container = await engine.CreateAsync(body.ToRequest(), cancellationToken);
        Revisions.Tag(response, container);
        return TypedResults.Created($"{Routes.Prefix}/containers/{container.Id}", container.ToResource());
    }

    static Ok<ContainerResource> Get(string id, IContainerEngine engine, HttpResponse response)
    {
        var container = engine.Get(id);
        Revisions.Tag(response, container);
        return TypedResults.Ok(container.ToResource());
    }

    static async Task<Ok<ContainerResource>> UpdateAsync(
        string id, PatchContainer body, IContainerEngine engine, HttpContext context, CancellationToken cancellationToken)
    {
        var current = engine.Get(id);
        if (context.Request.Headers.IfMatch.Count == 0)
        {
            throw new RequestException(
                StatusCodes.Status428PreconditionRequired, "if-match-required", "If-Match: it is missing; send the ETag of the container as you read it.", "If-Match");
        }

        var revision = Revisions.Demanded(context.Request, current);
        var container = await engine.UpdateAsync(current.Id, body.ToPatch(), revision, cancellationToken);
        Revisions.Tag(context.Response, container);
        return TypedResults.Ok(container.ToResource());
    }

    static async Task<NoContent> DeleteAsync(
        string id, string? force, IContainerEngine engine, HttpRequest request, CancellationToken cancellationToken)
    {
        var container = engine.Get(id);
        var revision = Revisions.Demanded(request, container);
        await engine.DeleteAsync(container.Id, QueryValues.Flag(force, "force"), revision, cancellationToken);
        return TypedResults.NoContent();
    }
}
