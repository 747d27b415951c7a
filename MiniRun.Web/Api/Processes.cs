using Microsoft.AspNetCore.Http.HttpResults;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary><c>/containers/{id}/processes</c>: who runs in a container.</summary>
static class Processes
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/containers/{id}/processes", Read)
        .WithTags("Containers")
        .WithName("ReadProcesses")
        .WithSummary("Read the processes of a running container, with their pids inside and on the host")
        .Produces<ProblemResource>(StatusCodes.Status409Conflict, "application/problem+json");

    static Ok<ProcessPage> Read(string id, IContainerEngine engine) => TypedResults.Ok(new ProcessPage(
    [
        .. engine.ReadProcesses(id).Select(static process => new ProcessResource(
            process.Pid, process.HostPid, process.ParentPid, process.UserId, process.State.ToString(), process.Threads, process.MemoryBytes,
            (long)process.CpuTime.TotalMilliseconds, process.Command)),
    ]));
}
