using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>The end of one container's log for one browser tab.</summary>
/// <remarks><see cref="Changed"/> is raised at most four times a second, on any thread.</remarks>
sealed class ContainerLog(IContainerEngine engine, TimeProvider time) : IDisposable
{
    /// <summary>How many lines are read at first.</summary>
    public const int Tail = 1000;

    /// <summary>How many are kept while following; the oldest go.</summary>
    public const int Kept = 5000;

    /// <summary>A longer line goes on in the next one: a browser cannot show a line without an end.</summary>
    const int LineCharacters = 16 << 10;

    readonly Lock _lock = new();
    readonly List<LogLine> _lines = [];
    CancellationTokenSource? _reading;

    public event EventHandler? Changed;

    public string? Error { get; private set; }

    public bool Loading { get; private set; }

    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Reads the log anew; with <paramref name="follow"/> it returns when the container ends or <see cref="Stop"/> is called.</summary>
    public async Task ReadAsync(string id, bool follow)
    {
        Stop();
        using var reading = _reading = new CancellationTokenSource();
        using var throttle = new RenderThrottle(TimeSpan.FromMilliseconds(250), time, () => Changed?.Invoke(this, EventArgs.Empty));
        lock (_lock)
        {
            _lines.Clear();
        }

        Error = null;
        Loading = true;
        try
        {
            await foreach (var line in engine.ReadLogAsync(id, new LogQuery(Tail, Follow: follow), reading.Token).WithCancellation(reading.Token))
            {
                Add(line, reading);
                throttle.Signal();
            }
        }
        catch (OperationCanceledException)
        {
            // Another read took its place, or the tab was closed.
        }
        catch (EngineException e)
        {
            Error = e.Message;
        }

        if (_reading == reading)
        {
            _reading = null;
            Loading = false;
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }

    public void Stop()
    {
        _reading?.Cancel();
        _reading = null;
        Loading = false;
    }

    public void Dispose() => Stop();

    void Add(LogLine piece, CancellationTokenSource reading)
    {
        lock (_lock)
        {
            if (_reading != reading)
            {
                // Cancelled a moment ago: the lines belong to the next read already.
                return;
            }

            // A line goes on in its stream's next piece; the other stream may have written in between.
            var open = _lines.FindLastIndex(l => l.Stream == piece.Stream);
            if (open >= 0 && _lines[open] is { Partial: true } begun && begun.Text.Length + piece.Text.Length <= LineCharacters)
            {
                _lines[open] = begun with { Text = begun.Text + piece.Text, Partial = piece.Partial };
                return;
            }

            _lines.Add(piece);
            if (_lines.Count > Kept)
            {
                _lines.RemoveRange(0, _lines.Count - Kept);
            }
        }
    }
}
