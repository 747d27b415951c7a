using MiniRun.Runtime.Engine;

namespace MiniRun.Data;

/// <summary>A record, or the wish for a snapshot, on its way to the writer.</summary>
/// <param name="record">Null for a snapshot.</param>
sealed class PendingWrite(Record? record)
{
    readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _claimed;

    public Record? Record => record;

    public Task<long> Done => _done.Task;

    /// <summary>Whoever claims it first decides: the writer that it is written, or its sender that it is not.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    public void Cancel(CancellationToken cancellationToken)
    {
        if (TryClaim())
        {
            _done.TrySetCanceled(cancellationToken);
        }
    }

    public void Complete(long sequence) => _done.TrySetResult(sequence);

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
