using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace MiniRun.Web.Api;

/// <summary>Sends a sequence as it comes: what is there at once leaves in one write, and nothing waits for more.</summary>
sealed class LineStream<T>(HttpResponse response, StreamFormat format, TimeProvider time, Func<T, byte[]> encode)
{
    /// <summary>Proxies cut connections that stay silent, often after a minute.</summary>
    static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    /// <summary>A source that never pauses is flushed here, so that a slow client slows it down.</summary>
    const int FlushBytes = 64 << 10;

    PipeWriter Body => response.BodyWriter;

    /// <param name="contentType">Of the plain format.</param>
    public async Task SendAsync(IAsyncEnumerable<T> source, string contentType, CancellationToken cancellationToken)
    {
        response.ContentType = format switch
        {
            StreamFormat.Lines => StreamFormats.LinesType,
            StreamFormat.Events => StreamFormats.EventsType,
            _ => contentType,
        };
        response.Headers.CacheControl = "no-store";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await response.StartAsync(cancellationToken);
            await using var items = source.GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(items, cancellationToken))
            {
                Write(items.Current);
                if (Body.UnflushedBytes > FlushBytes)
                {
                    await Body.FlushAsync(cancellationToken);
                }
            }

            await Body.FlushAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The client left or the panel stops: both are a stream's ordinary end.
        }
    }

    async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<T> items, CancellationToken cancellationToken)
    {
        var next = items.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next;
        }

        await Body.FlushAsync(cancellationToken);
        var moved = next.AsTask();
        while (format is StreamFormat.Events)
        {
            // Without the token here: an enumerator must not be disposed while it moves, and it watches the token itself.
            await ((Task)moved).WaitAsync(PingInterval, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (moved.IsCompleted)
            {
                break;
            }

            Body.Write(":\n\n"u8);
            await Body.FlushAsync(cancellationToken);
        }

        return await moved;
    }

    void Write(T item)
    {
        if (format is StreamFormat.Events)
        {
            Body.Write("data: "u8);
        }

        Body.Write(encode(item));
        Body.Write(format is StreamFormat.Events ? "\n\n"u8 : format is StreamFormat.Lines ? "\n"u8 : default);
    }
}
