using System.Buffers.Binary;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

sealed partial class ContainerMonitor
{
    /// <summary>Writes down how it ended, then removes what only a running container has. In this order: whoever sees
    /// nothing of it running can rely on finding the record.</summary>
    ExitRecord Conclude(long allocatedInLoop)
    {
        var end = _ended!.Value;
        var cgroup = FindCgroup();
        var record = new ExitRecord(end.ExitCode, end.Signal, RanOutOfMemory(cgroup), _container.StartedAt, Clock.Realtime())
        {
            AllocatedInLoop = allocatedInLoop,
        };
        try
        {
            record.Write(_bundleFolder);
        }
        catch (KernelException)
        {
            // A full disk must not cost the exit code: memory keeps it until the next boot.
            record.Write(_runFolder);
        }

        Remove(cgroup);
        _runFolder.Delete(MonitorSocket.FileName);
        _runFolder.Delete(StateRecord.FileName);
        return record;
    }

    /// <summary>Null when the host's cgroups cannot be looked at, which must not cost the exit code either.</summary>
    ContainerCgroup? FindCgroup()
    {
        try
        {
            return ContainerCgroup.Find(CgroupLayout.Detect(), _container.Cgroup);
        }
        catch (KernelException)
        {
            return null;
        }
    }

    static bool RanOutOfMemory(ContainerCgroup? cgroup)
    {
        try
        {
            return cgroup?.ReadOomKills() > 0;
        }
        catch (KernelException)
        {
            // It was removed behind our back: nobody can tell any more.
            return false;
        }
    }

    static void Remove(ContainerCgroup? cgroup)
    {
        try
        {
            if (cgroup?.TryRemove() is false)
            {
                cgroup.Kill();
                CgroupRemoval.Await(cgroup);
            }
        }
        catch (KernelException)
        {
            // An empty folder is left; the next start of this container goes into it.
        }
    }

    void SayEnd(ExitRecord record)
    {
        Span<byte> end = stackalloc byte[9];
        BinaryPrimitives.WriteInt32LittleEndian(end, record.ExitCode);
        BinaryPrimitives.WriteInt32LittleEndian(end[4..], record.Signal);
        end[8] = record.OutOfMemory ? (byte)1 : (byte)0;
        _epoll.TryForget(_container.Listener);
        SendToAll(end);
        var deadline = Clock.Monotonic() + (LastOutputDelay * 1_000_000L);
        while (!AllDrained() && Clock.Monotonic() < deadline)
        {
            ListenForSpaceOnly();
            _epoll.Wait(LastOutputDelay / 10);
            SendToAll(end);
        }
    }
}
