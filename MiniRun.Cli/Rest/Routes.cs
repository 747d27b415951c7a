using System.Globalization;

namespace MiniRun.Cli.Rest;

/// <summary>Paths of the REST API.</summary>
static class Routes
{
    public const string Containers = "/api/v1/containers";
    public const string SignInLinks = "/api/v1/sign-in/links";
    public const string Health = "/health";

    /// <param name="reference">A name, an id, or an unambiguous beginning of an id.</param>
    /// <param name="act">What follows the container, such as <c>start</c>.</param>
    /// <param name="query">Parameters; those without a value are left out.</param>
    /// <exception cref="PanelException">It cannot be a name: dots alone would lead to another path.</exception>
    public static string Container(string reference, string? act = null, params ReadOnlySpan<(string Name, object? Value)> query)
    {
        if (reference.Length == 0 || !char.IsAsciiLetterOrDigit(reference[0]))
        {
            throw new PanelException($"NAME: \"{reference}\" is not a name; it begins with a letter or digit.");
        }

        var path = $"{Containers}/{Uri.EscapeDataString(reference)}{(act is null ? "" : "/" + act)}";
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (value is not null)
            {
                path += $"{separator}{name}={Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture)!)}";
                separator = '&';
            }
        }

        return path;
    }
}
