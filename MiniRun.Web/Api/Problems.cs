using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;
using MiniRun.Web.Api.Contracts;
using MiniRun.Web.Hosting;

namespace MiniRun.Web.Api;

/// <summary>Every error that leaves the panel, as RFC 9457 problem details.</summary>
static class Problems
{
    public static ProblemResource Create(HttpContext context, int status, string code, string detail, string? field = null) => new()
    {
        Type = "urn:minirun:problem:" + code,
        Title = ReasonPhrases.GetReasonPhrase(status),
        Status = status,
        Detail = detail,
        Instance = "urn:minirun:request:" + context.TraceIdentifier,
        Code = code,
        Errors = field is null ? null : new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [detail] },
    };

    public static Task WriteAsync(HttpContext context, int status, string code, string detail, string? field = null) =>
        WriteAsync(context, Create(context, status, code, detail, field));

    public static Task WriteAsync(HttpContext context, ProblemResource problem)
    {
        context.Response.StatusCode = problem.Status!.Value;
        return context.Response.WriteAsJsonAsync(
            problem, ApiJson.Default.ProblemResource, "application/problem+json", context.RequestAborted);
    }

    /// <summary>Gives a body to errors that the framework answers with a bare status.</summary>
    public static Task WriteBareStatusAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        // Pages bring their own.
        if (RequestKind.IsPage(http.Request))
        {
            return Task.CompletedTask;
        }

        var (code, detail) = Describe(http, http.Response.StatusCode);
        return WriteAsync(http, http.Response.StatusCode, code, detail);
    }

    /// <summary>What a status means that came without a reason.</summary>
    public static (string Code, string Detail) Describe(HttpContext context, int status) => status switch
    {
        400 => ("bad-request", "The request cannot be understood; /openapi/v1.json describes what this address takes."),
        401 => ("sign-in-required", "Sign in first: send \"Authorization: Bearer <token>\" with the token of this host, or open a sign-in link."),
        403 => ("forbidden", "This needs the token of this host or its unix socket; a browser's session is not enough."),
        404 => ("unknown-address", $"Nothing is at {context.Request.Path}; /openapi/v1.json lists every address."),
        405 => ("method-not-allowed", $"{context.Request.Method} is not possible here; the Allow header lists what is."),
        413 => ("body-too-large", $"The body is larger than {Listeners.MaxBodyBytes >> 20} MiB; send less."),
        415 => ("unsupported-media-type", "The body must be JSON; send \"Content-Type: application/json\"."),
        429 => ("too-many-requests", "Too many attempts came from this address; wait a minute."),
        _ => ("http-" + status, $"The request failed with status {status}; the panel's journal says more."),
    };
}
