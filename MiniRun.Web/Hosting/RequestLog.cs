namespace MiniRun.Web.Hosting;

/// <summary>One line per change that was asked for; reads only at debug level. Never a query or a header: both can hold secrets.</summary>
static class RequestLog
{
    public static void UseRequestLog(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("MiniRun.Web.Requests");
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(async (context, next) =>
        {
            var method = context.Request.Method;
            // Kept now: a short form is rewritten later.
            var path = context.Request.Path.Value ?? "/";
            var start = time.GetTimestamp();
            await next(context);
            var elapsed = time.GetElapsedTime(start).TotalMilliseconds;
            if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
            {
                HostingLog.Read(logger, method, path, context.Response.StatusCode, elapsed);
            }
            else
            {
                HostingLog.Changed(logger, method, path, context.Response.StatusCode, elapsed);
            }
        });
    }
}
