using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Rest;

/// <summary>Requests to the panel. Every failure becomes a <see cref="PanelException"/> with a sentence.</summary>
sealed class Panel : IDisposable
{
    readonly PanelAddress _address;
    readonly SocketsHttpHandler _handler;
    readonly HttpClient _http;

    public Panel(PanelAddress address)
    {
        _address = address;
        _handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        if (address.Socket is { } path)
        {
            _handler.UseProxy = false;
            _handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken);
        }

        // Logs are followed for hours; Ctrl-C is the end of a request that takes too long.
        _http = new HttpClient(_handler) { BaseAddress = address.Url, Timeout = Timeout.InfiniteTimeSpan };
        if (address.Token is { } token)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, type, content: null, ifMatch: null, cancellationToken);

    public Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, type, content: null, ifMatch: null, cancellationToken);

    public async Task<T> SendAsync<T>(
        HttpMethod method, string path, JsonTypeInfo<T> type, HttpContent? content, string? ifMatch, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{ifMatch}\""));
        }

        using var response = await SendAsync(request, cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken)
                ?? throw new JsonException("the body is null");
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException or IOException)
        {
            throw new PanelException(
                $"{_address.Name} answered {method} {path} with something that is not MiniRun's JSON: is another program listening there?",
                response.StatusCode,
                exception);
        }
    }

    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        using var response = await SendAsync(request, cancellationToken);
    }

    /// <summary>Copies a body as it arrives, for as long as it lasts.</summary>
    public async Task CopyAsync(string path, Stream target, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/plain"));
        using var response = await SendAsync(request, cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await body.CopyToAsync(target, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or HttpIOException)
        {
            throw new PanelException("the panel ended the connection before the output was complete; run the command again.", inner: exception);
        }
    }

    /// <exception cref="PanelException">With the status of the refusal, if the panel answered.</exception>
    public async Task<WebSocket> ConnectAsync(string path, TimeSpan keepAlive, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = keepAlive;
        socket.Options.CollectHttpResponseDetails = true;
        if (_address.Token is { } token)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        var url = new UriBuilder(new Uri(_address.Url, path)) { Scheme = _address.Url.Scheme == "https" ? "wss" : "ws" };
        try
        {
            using var invoker = new HttpMessageInvoker(_handler, disposeHandler: false);
            await socket.ConnectAsync(url.Uri, invoker, cancellationToken);
            return socket;
        }
        catch (WebSocketException exception)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw status == default(HttpStatusCode)
                ? Unreachable(exception)
                : new PanelException($"the panel refused the console with {(int)status}.", status, exception);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable(exception);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw PanelException.From(await ReadProblemAsync(response, cancellationToken), response.StatusCode);
        }
    }

    static async Task<ProblemResource> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(body, ApiJson.Default.ProblemResource) ?? new ProblemResource();
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException)
        {
            return new ProblemResource
            {
                Detail = response.StatusCode is HttpStatusCode.Unauthorized
                    ? "the panel wants a token: give --token-file FILE or set MINIRUN_TOKEN."
                    : null,
            };
        }
    }

    PanelException Unreachable(Exception exception)
    {
        var cause = exception.GetBaseException();
        return cause is SocketException { SocketErrorCode: SocketError.AccessDenied }
            ? new PanelException($"you may not use {_address.Name}: run minirun with sudo, or join the group minirun.", inner: exception)
            : new PanelException($"the panel does not answer at {_address.Name}{Why(cause)}: start it with sudo ./run.sh.", inner: exception);
    }

    // .NET words a missing socket file as "cannot assign requested address"; over TCP the cause may be the certificate.
    string Why(Exception cause) => _address.Socket is null ? $" ({cause.Message.TrimEnd('.')})" : "";

    static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
