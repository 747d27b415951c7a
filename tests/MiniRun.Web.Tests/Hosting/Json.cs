using System.Net;
using System.Text;
using System.Text.Json;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Tests.Hosting;

/// <summary>Bodies as clients send and read them.</summary>
static class Json
{
    public static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    /// <summary>The problem of an answer, after its status and form were checked.</summary>
    public static async Task<ProblemResource> ProblemAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == response.StatusCode, $"{(int)status} expected, got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize(text, ApiJson.Default.ProblemResource)!;
        Assert.Equal((int)status, problem.Status);
        Assert.False(string.IsNullOrEmpty(problem.Title) || string.IsNullOrEmpty(problem.Detail) || string.IsNullOrEmpty(problem.Code) || string.IsNullOrEmpty(problem.Instance), text);
        return problem;
    }
}
