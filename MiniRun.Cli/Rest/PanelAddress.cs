namespace MiniRun.Cli.Rest;

/// <summary>Where the panel listens: its unix socket, or a URL with a token.</summary>
/// <param name="Socket">The socket's path; null when <paramref name="Url"/> is reached over TCP.</param>
sealed record PanelAddress(Uri Url, string? Socket, string? Token)
{
    /// <summary>How a person knows the place.</summary>
    public string Name => Socket ?? Url.ToString();

    /// <param name="host">From the command line; MINIRUN_HOST stands in for it.</param>
    /// <param name="tokenFile">From the command line; MINIRUN_TOKEN stands in for its content.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="PanelException">The URL or the file cannot be used.</exception>
    public static PanelAddress Find(string? host, string? tokenFile, Func<string, string?> variable)
    {
        host ??= Set(variable("MINIRUN_HOST"));
        if (host is null)
        {
            var run = Set(variable("MINIRUN_RUN")) ?? "/run/minirun";
            return new PanelAddress(new Uri("http://localhost"), Path.Join(run, "minirun.sock"), Token: null);
        }

        return Uri.TryCreate(host, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? new PanelAddress(url, Socket: null, tokenFile is null ? Set(variable("MINIRUN_TOKEN")) : ReadToken(tokenFile))
            : throw new PanelException($"--host: \"{host}\" is not a URL; write it like https://server:8443.");
    }

    static string ReadToken(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PanelException($"--token-file: {exception.Message}", inner: exception);
        }
    }

    static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
