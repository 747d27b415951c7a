using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Timeline;

namespace MiniRun.Runtime.Engine;

public sealed partial class ContainerEngine
{
    public StartTimeline ReadTimeline(string reference)
    {
        var entry = _table.Find(reference);
        return ReadRunning(entry.Container.Id) ?? entry.FailedStart ?? ReadKept(entry.Container.Id) ?? throw new EngineException(
            EngineError.WrongState, $"{entry.Container.Name} was never started, so that there is no timeline; start it first.");
    }

    StartTimeline? ReadRunning(string id)
    {
        using var run = TryOpen(_folders.Running, id);
        return run is null ? null : TimelineReader.Read(run);
    }

    StartTimeline? ReadKept(string id)
    {
        using var bundle = TryOpen(_folders.Containers, id);
        return bundle is null ? null : KeptTimeline.Read(bundle);
    }

    /// <summary>The folder that it is in is about to go.</summary>
    void KeepTimeline(ContainerEntry entry, Folder bundle)
    {
        using var run = TryOpen(_folders.Running, entry.Container.Id);
        try
        {
            if (run is not null)
            {
                KeptTimeline.Keep(run, bundle);
            }
        }
        catch (KernelException e)
        {
            // The end of a container must not fail because a full disk cannot take how it began.
            EngineLog.TimelineLost(_logger, e, entry.Container.Name);
        }
    }
}
