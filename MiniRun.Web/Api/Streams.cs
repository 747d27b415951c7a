namespace MiniRun.Web.Api;

/// <summary>How long a response without an end may go on.</summary>
static class Streams
{
    /// <summary>Until the client leaves or the panel stops; Kestrel alone would wait for the client.</summary>
    public static CancellationTokenSource Lifetime(HttpContext context) => CancellationTokenSource.CreateLinkedTokenSource(
        context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
}
