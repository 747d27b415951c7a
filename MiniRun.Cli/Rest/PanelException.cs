using System.Net;
using System.Text;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Rest;

/// <summary>The panel refused or could not be reached; the message is what a person reads after "minirun: ".</summary>
sealed class PanelException(string message, HttpStatusCode? status = null, Exception? inner = null) : Exception(message, inner)
{
    public HttpStatusCode? Status { get; } = status;

    public static PanelException From(ProblemResource problem, HttpStatusCode status)
    {
        var text = new StringBuilder(problem.Detail ?? problem.Title ?? $"the panel answered {(int)status}.");
        if (problem.Detail is null)
        {
            foreach (var (field, sentences) in problem.Errors ?? new Dictionary<string, string[]>())
            {
                text.Append($"\n  {field}: {string.Join(' ', sentences)}");
            }
        }

        if (Where(problem) is { Length: > 0 } where)
        {
            text.Append($"\n  {where}");
        }

        if (problem.Hint is { } hint && problem.Detail?.Contains(hint, StringComparison.Ordinal) != true)
        {
            text.Append($"\n  hint: {hint}");
        }

        return new PanelException(text.ToString(), status);
    }

    // "step 31 of 64: mount(proc) on /proc: EPERM", as far as the panel knows it.
    static string Where(ProblemResource problem)
    {
        string?[] parts =
        [
            problem.Step is { } step ? problem.Steps is { } steps ? $"step {step} of {steps}" : $"step {step}" : null,
            problem is { Syscall: { } call, Path: { } path } ? $"{call} on {path}" : problem.Syscall ?? problem.Path,
            problem.Errno,
        ];
        return string.Join(": ", parts.Where(part => part is not null));
    }
}
