namespace MiniRun.Web.Api;

static class ApiVersion
{
    /// <summary>The version of MiniRun, such as <c>0.1.0</c>.</summary>
    public static string Product { get; } = typeof(ApiVersion).Assembly.GetName().Version!.ToString(fieldCount: 3);
}
