using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MiniRun.Cli.Tests;

/// <summary>A real server on a real unix socket that answers as a test says, and remembers what it was asked.</summary>
sealed class PanelStub : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly DirectoryInfo _folder;

    PanelStub(WebApplication app, DirectoryInfo folder) => (_app, _folder) = (app, folder);

    /// <summary>"METHOD path?query", then the body and the If-Match header when there are any.</summary>
    public List<string> Requests { get; } = [];

    public Dictionary<string, Func<HttpContext, Task>> Answers { get; } = [];

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    public FakeTerminal Terminal { get; } = new();

    public string Folder => _folder.FullName;

    public static async Task<PanelStub> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("minirun-cli-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path.Join(folder.FullName, "minirun.sock")));
        var stub = new PanelStub(builder.Build(), folder);
        stub._app.UseWebSockets();
        stub._app.Run(stub.AnswerAsync);
        await stub._app.StartAsync(TestContext.Current.CancellationToken);
        return stub;
    }

    public PanelStub Answer(string request, string json, int status = 200)
    {
        Answers[request] = context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
            return context.Response.WriteAsync(json);
        };
        return this;
    }

    public Task<int> RunAsync(params string[] arguments) => Minirun.RunAsync(
        arguments,
        new Surroundings
        {
            Output = Output,
            Error = Error,
            Terminal = Terminal,
            Variable = name => name == "MINIRUN_RUN" ? Folder : null,
            Time = new StoppedClock(),
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var line = $"{request.Method} {request.Path}{request.QueryString}";
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        Requests.Add(string.Join(' ', new[] { line, body, request.Headers.IfMatch.ToString() }.Where(part => part.Length > 0)));
        if (Answers.TryGetValue(line, out var answer))
        {
            await answer(context);
        }
        else
        {
            context.Response.StatusCode = 418;
            await context.Response.WriteAsync($"no answer for {line}");
        }
    }

    sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
