namespace MiniRun.Web.Components.Containers;

/// <summary>Passes a signal on at once, and then at most once in an interval; signals in between become one.</summary>
sealed class RenderThrottle(TimeSpan interval, TimeProvider time, Action fire) : IDisposable
{
    readonly Lock _lock = new();
    ITimer? _timer;
    bool _waiting;
    bool _pending;

    public void Signal()
    {
        lock (_lock)
        {
            if (_waiting)
            {
                _pending = true;
                return;
            }

            Wait();
        }

        fire();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _pending = false;
        }
    }

    void Elapsed()
    {
        lock (_lock)
        {
            _waiting = false;
            if (!_pending)
            {
                return;
            }

            _pending = false;
            Wait();
        }

        fire();
    }

    void Wait()
    {
        _waiting = true;
        _timer?.Dispose();
        _timer = time.CreateTimer(static state => ((RenderThrottle)state!).Elapsed(), this, interval, Timeout.InfiniteTimeSpan);
    }
}
