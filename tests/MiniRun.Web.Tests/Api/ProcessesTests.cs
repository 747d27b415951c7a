using System.Net;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class ProcessesTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_are_told_by_both_their_pids()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"busy"}"""), Token);
        using var refused = await client.GetAsync("/api/v1/containers/busy/processes", Token);
        Assert.Equal("wrong-state", (await Json.ProblemAsync(refused, HttpStatusCode.Conflict)).Code);
        using var started = await client.PostAsync("/api/v1/containers/busy/start", null, Token);
        Assert.Equal(
            """{"items":[{"pid":1,"hostPid":4711,"parentPid":0,"userId":0,"state":"S","threads":2,"memoryBytes":4194304,"cpuTimeMs":1234,"command":"/bin/bash -c true"}]}""",
            await client.GetStringAsync("/api/v1/containers/busy/processes", Token));
    }
}
