using System.Net;
using System.Net.Sockets;
using System.Text;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Sandbox;
using MiniRun.Web.Tests.Hosting;

namespace MiniRun.Web.Tests.Api;

public sealed class BadInputTests(PanelHost host) : IClassFixture<PanelHost>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"name":5}""", 400, "name", "a string")]
    [InlineData("""{"name":{"a":1}}""", 400, "name", "a string")]
    [InlineData("""{"image":[]}""", 400, "image", "a string")]
    [InlineData("""{"terminal":"yes"}""", 400, "terminal", "true or false")]
    [InlineData("""{"pids":"many"}""", 400, "pids", "a whole number")]
    [InlineData("""{"pids":1.5}""", 400, "pids", "a whole number")]
    [InlineData("""{"pids":99999999999}""", 400, "pids", "a whole number")]
    [InlineData("""{"command":5}""", 400, "command", "a string such as")]
    [InlineData("""{"command":["a",1]}""", 400, "command", "an array of strings")]
    [InlineData("""{"environment":"A=1"}""", 400, "environment", "NAME=value")]
    [InlineData("""{"environment":{"A":1}}""", 400, "environment.A", "a string")]
    [InlineData("""{"memory":true}""", 400, "memory", "a number of bytes")]
    [InlineData("""{"cpus":[]}""", 400, "cpus", "a number")]
    [InlineData("""[]""", 400, "body", "a JSON object")]
    [InlineData("""{"name":""", 400, "body", "not JSON")]
    [InlineData("""{'name':'a'}""", 400, "body", "not JSON")]
    [InlineData("", 400, "body", "missing")]
    [InlineData("null", 400, "body", "missing")]
    [InlineData("""{"name":"-x"}""", 422, "name", "letters, digits")]
    [InlineData("""{"name":"a\n"}""", 422, "name", "letters, digits")]
    [InlineData("""{"name":""}""", 422, "name", "letters, digits")]
    [InlineData("""{"command":""}""", 422, "command", "name a program")]
    [InlineData("""{"command":[]}""", 422, "command", "name a program")]
    [InlineData("""{"command":["a\u0000"]}""", 422, "command", "NUL")]
    [InlineData("""{"environment":["A"]}""", 422, "environment", "NAME=value")]
    [InlineData("""{"environment":["=1"]}""", 422, "environment", "NAME=value")]
    [InlineData("""{"memory":"lots"}""", 422, "memory", "64m")]
    [InlineData("""{"memory":1.5}""", 422, "memory", "whole number")]
    [InlineData("""{"memory":1e30}""", 422, "memory", "whole number")]
    [InlineData("""{"cpus":"half"}""", 422, "cpus", "0.5")]
    [InlineData("""{"cpus":1e999}""", 422, "cpus", "0.5")]
    [InlineData("""{"network":"bridge"}""", 422, "network", "host")]
    public async Task A_bad_body_is_refused_with_the_field_and_the_way_out(string body, int status, string field, string words)
    {
        using var client = host.WithToken();
        using var response = await client.PostAsync("/api/v1/containers", Json.Body(body), Token);
        var problem = await Json.ProblemAsync(response, (HttpStatusCode)status);
        var (named, sentences) = Assert.Single(problem.Errors!);
        Assert.Equal(field, named);
        Assert.Contains(words, Assert.Single(sentences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "stop?grace=soon", 400, "grace")]
    [InlineData("POST", "stop?grace=-1", 422, "grace")]
    [InlineData("POST", "restart?grace=3601", 422, "grace")]
    [InlineData("POST", "restart?grace=99999999999999999999", 422, "grace")]
    [InlineData("GET", "logs?tail=x", 400, "tail")]
    [InlineData("GET", "logs?tail=100001", 422, "tail")]
    [InlineData("GET", "logs?since=yesterday", 400, "since")]
    [InlineData("GET", "logs?follow=perhaps", 400, "follow")]
    [InlineData("GET", "attach?columns=0", 422, "columns")]
    [InlineData("DELETE", "?force=maybe", 400, "force")]
    public async Task A_bad_query_is_refused_with_the_field(string method, string action, int status, string field)
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"query"}"""), Token);
        var separator = action.StartsWith('?') ? "" : "/";
        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/api/v1/containers/query{separator}{action}"), Token);
        Assert.Contains(field, (await Json.ProblemAsync(response, (HttpStatusCode)status)).Errors!.Keys);
    }

    [Fact]
    public async Task A_taken_name_is_a_conflict()
    {
        using var client = host.WithToken();
        using var first = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"twice"}"""), Token);
        using var second = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"twice"}"""), Token);
        Assert.Contains("name", (await Json.ProblemAsync(second, HttpStatusCode.Conflict)).Errors!.Keys);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task Another_media_type_is_refused(string type)
    {
        using var client = host.WithToken();
        using var body = new ByteArrayContent("{}"u8.ToArray());
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await client.PostAsync("/api/v1/containers", body, Token);
        await Json.ProblemAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_a_mebibyte_is_refused(bool chunked)
    {
        // By hand: HttpClient may report the connection that is closed under its body instead of the answer.
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(host.Http.Host, host.Http.Port, Token);
        var stream = tcp.GetStream();
        var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {2 << 20}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/v1/containers HTTP/1.1\r\nHost: {host.Http.Authority}\r\nAuthorization: Bearer {host.Token}\r\nContent-Type: application/json\r\n{framing}\r\n\r\n"), Token);
        if (chunked)
        {
            var chunk = new string(' ', (1 << 20) + 1);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n{chunk}\r\n"), Token);
        }

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 413", await reader.ReadLineAsync(Token), StringComparison.Ordinal);
        var rest = new char[2000];
        var length = await reader.ReadAsync(rest, Token);
        Assert.Contains("application/problem+json", new string(rest, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_launch_names_the_step_of_the_kernel()
    {
        using var client = host.WithToken();
        using var created = await client.PostAsync("/api/v1/containers", Json.Body("""{"name":"broken"}"""), Token);
        host.Engine.NextFailure = new EngineException(
            EngineError.LaunchFailed, "step 31 of 64, mount proc on /proc: EPERM", null, new LaunchFailure(31, 64, "mount proc", "/proc", "EPERM", "A mount covers /proc."));
        using var response = await client.PostAsync("/api/v1/containers/broken/start", null, Token);
        var problem = await Json.ProblemAsync(response, HttpStatusCode.InternalServerError);
        Assert.Equal((31, 64, "mount proc", "/proc", "EPERM", "A mount covers /proc."), (problem.Step, problem.Steps, problem.Syscall, problem.Path, problem.Errno, problem.Hint));
    }

    [Theory]
    [InlineData(EngineError.NotFound, 404)]
    [InlineData(EngineError.Ambiguous, 409)]
    [InlineData(EngineError.Busy, 409)]
    [InlineData(EngineError.InvalidField, 422)]
    [InlineData(EngineError.RevisionMismatch, 412)]
    [InlineData(EngineError.HostUnable, 503)]
    public async Task Each_refusal_of_the_engine_has_its_status(EngineError error, int status)
    {
        using var client = host.WithToken();
        host.Engine.NextFailure = new EngineException(error, "Why; what now.", "image");
        using var response = await client.PostAsync("/api/v1/containers", Json.Body("{}"), Token);
        var problem = await Json.ProblemAsync(response, (HttpStatusCode)status);
        Assert.Equal("Why; what now.", problem.Errors!["image"].Single());
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("PUT", "/api/v1/containers", 405)]
    public async Task An_unknown_address_or_method_is_a_problem_too(string method, string path, int status)
    {
        using var client = host.WithToken();
        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Token);
        await Json.ProblemAsync(response, (HttpStatusCode)status);
    }
}
