namespace MiniRun.Web.Hosting;

/// <summary>What the listeners and the middleware tell the journal. Event ids 1000 to 1099.</summary>
static partial class HostingLog
{
    [LoggerMessage(1000, LogLevel.Information, "The engine is up: cgroups {Cgroups}, {Cpus} CPUs")]
    public static partial void EngineUp(ILogger logger, string cgroups, int cpus);

    [LoggerMessage(1001, LogLevel.Information, "The certificate {Subject}, valid until {Until:u}, is active")]
    public static partial void CertificateActive(ILogger logger, string subject, DateTime until);

    [LoggerMessage(1002, LogLevel.Error, "The certificate in {Folder} is unusable ({Reason}); the one before stays active")]
    public static partial void CertificateRefused(ILogger logger, string folder, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "The certificate in {Folder} is unusable ({Reason}); there is no HTTPS until the panel is started with a good one")]
    public static partial void NoHttps(ILogger logger, string folder, string reason);

    [LoggerMessage(1004, LogLevel.Information, "Local clients reach the API at {Path}")]
    public static partial void SocketOpen(ILogger logger, string path);

    [LoggerMessage(1010, LogLevel.Information, "{Method} {Path} answered {Status} in {Milliseconds:0.0} ms")]
    public static partial void Changed(ILogger logger, string method, string path, int status, double milliseconds);

    [LoggerMessage(1011, LogLevel.Debug, "{Method} {Path} answered {Status} in {Milliseconds:0.0} ms")]
    public static partial void Read(ILogger logger, string method, string path, int status, double milliseconds);

    [LoggerMessage(1012, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Failed(ILogger logger, Exception exception, string method, string path);
}
