using System.Globalization;
using Microsoft.Net.Http.Headers;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Api;

/// <summary>The revision of a definition as a strong entity tag (RFC 9110, 8.8.3).</summary>
static class Revisions
{
    public static void Tag(HttpResponse response, Container container) =>
        response.Headers.ETag = Format(container.Definition.Revision);

    /// <summary>The revision that If-Match demands: the present one, which the engine checks again; null when any will do.</summary>
    /// <exception cref="EngineException">The header names other revisions only.</exception>
    public static int? Demanded(HttpRequest request, Container container)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0)
        {
            return null;
        }

        if (!EntityTagHeaderValue.TryParseStrictList(header.ToArray()!, out var tags))
        {
            throw new RequestException(StatusCodes.Status400BadRequest, "wrong-type", "If-Match: expected entity tags such as \"3\", in their quotes.", "If-Match");
        }

        if (tags.Any(static t => t.Equals(EntityTagHeaderValue.Any)))
        {
            return null;
        }

        var revision = container.Definition.Revision;
        return tags.Any(t => !t.IsWeak && t.Tag == Format(revision))
            ? revision
            : throw new EngineException(EngineError.RevisionMismatch, $"{container.Name} is at revision {revision} by now; read it again and send its ETag in If-Match.");
    }

    static string Format(int revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");
}
