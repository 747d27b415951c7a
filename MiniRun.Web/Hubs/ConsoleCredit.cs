namespace MiniRun.Web.Hubs;

/// <summary>How much output may be under way to a browser that has not drawn it yet.</summary>
/// <remarks>xterm.js drops what exceeds 50 MB and becomes sluggish long before that; the connection's own buffers would hide it.</remarks>
sealed class ConsoleCredit
{
    public const int Window = 512 << 10;

    readonly Lock _gate = new();
    long _unacknowledged;
    TaskCompletionSource? _waiter;

    public void Spend(int bytes)
    {
        lock (_gate)
        {
            _unacknowledged += bytes;
        }
    }

    /// <summary>Takes an acknowledgement; more than what is under way counts as all of it.</summary>
    public void Add(int bytes)
    {
        lock (_gate)
        {
            _unacknowledged = Math.Max(0, _unacknowledged - Math.Max(0, bytes));
            if (_unacknowledged <= Window)
            {
                _waiter?.TrySetResult();
                _waiter = null;
            }
        }
    }

    /// <summary>Returns once no more than <see cref="Window"/> is under way. For one reader.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_unacknowledged <= Window)
            {
                return Task.CompletedTask;
            }

            _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task.WaitAsync(cancellationToken);
        }
    }
}
