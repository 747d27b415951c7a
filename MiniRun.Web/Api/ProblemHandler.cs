using Microsoft.AspNetCore.Diagnostics;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;
using MiniRun.Web.Hosting;

namespace MiniRun.Web.Api;

/// <summary>The one place where an exception becomes an answer.</summary>
sealed class ProblemHandler(ILogger<ProblemHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            EngineException e => OfEngine(context, e),
            RequestException e => Problems.Create(context, e.Status, e.Code, e.Message, e.Field),
            BadHttpRequestException e => OfBinding(context, e),
            _ => Problems.Create(context, StatusCodes.Status500InternalServerError, "internal-error", "The panel failed; its journal says why under this request's id."),
        };
        if (problem.Status >= StatusCodes.Status500InternalServerError)
        {
            HostingLog.Failed(logger, exception, context.Request.Method, context.Request.Path.Value ?? "/");
        }

        await Problems.WriteAsync(context, problem);
        return true;
    }

    static ProblemResource OfEngine(HttpContext context, EngineException exception)
    {
        var (status, code) = exception.Error switch
        {
            EngineError.NotFound => (StatusCodes.Status404NotFound, "not-found"),
            EngineError.Ambiguous => (StatusCodes.Status409Conflict, "ambiguous"),
            EngineError.NameTaken => (StatusCodes.Status409Conflict, "name-taken"),
            EngineError.InvalidField => (StatusCodes.Status422UnprocessableEntity, "invalid-field"),
            EngineError.WrongState => (StatusCodes.Status409Conflict, "wrong-state"),
            EngineError.Busy => (StatusCodes.Status409Conflict, "busy"),
            EngineError.RevisionMismatch => (StatusCodes.Status412PreconditionFailed, "revision-mismatch"),
            EngineError.LaunchFailed => (StatusCodes.Status500InternalServerError, "launch-failed"),
            EngineError.HostUnable => (StatusCodes.Status503ServiceUnavailable, "host-unable"),
            _ => (StatusCodes.Status500InternalServerError, "internal-error"),
        };
        var problem = Problems.Create(context, status, code, exception.Message, exception.Field);
        return exception.Failure is not { } failure ? problem : problem with
        {
            Step = failure.Step,
            Steps = failure.Steps,
            Syscall = failure.Call,
            Errno = failure.Errno,
            Path = failure.Path,
            Hint = failure.Hint,
        };
    }

    static ProblemResource OfBinding(HttpContext context, BadHttpRequestException exception)
    {
        if (exception.StatusCode == StatusCodes.Status400BadRequest
            && context.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IAcceptsMetadata>() is { } accepts)
        {
            var (code, field, detail) = JsonFailure.Explain(exception.InnerException, accepts.RequestType);
            return Problems.Create(context, exception.StatusCode, code, detail, field);
        }

        var (otherCode, otherDetail) = Problems.Describe(context, exception.StatusCode);
        return Problems.Create(context, exception.StatusCode, otherCode, otherDetail);
    }
}
