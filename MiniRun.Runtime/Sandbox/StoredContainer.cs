using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A container as the command line finds it again: a folder below the root folder of the state.</summary>
sealed class StoredContainer : IDisposable
{
    const string ConfigFileName = "config.json";

    RuntimeConfig? _config;

    StoredContainer(string id, Folder folder, StateRecord? record) => (Id, Folder, Record) = (id, folder, record);

    public string Id { get; }

    public Folder Folder { get; }

    /// <summary>Null while it is being created, or when that was interrupted.</summary>
    public StateRecord? Record { get; }

    /// <summary>The configuration that it was created from: later changes in the bundle do not count.</summary>
    public RuntimeConfig Config => _config ??= ConfigReader.Read(Folder.Read(ConfigFileName));

    /// <summary>Makes the folder of a new container.</summary>
    /// <exception cref="UnknownContainerException">The id cannot be used.</exception>
    /// <exception cref="KernelException">EEXIST when there is such a container.</exception>
    public static StoredContainer Create(Folder root, string id, ReadOnlySpan<byte> config)
    {
        ContainerId.Check(id);
        Folder folder;
        try
        {
            folder = root.CreateFolder(id);
        }
        catch (KernelException e) when (e.Errno is Errno.EEXIST)
        {
            throw new UnknownContainerException($"container with id exists: {id}; delete it or choose another id");
        }

        folder.Write(ConfigFileName, config);
        return new StoredContainer(id, folder, null);
    }

    /// <exception cref="UnknownContainerException">There is none.</exception>
    public static StoredContainer Open(Folder root, string id) =>
        TryOpen(root, id) ?? throw new UnknownContainerException($"container \"{id}\" does not exist");

    /// <summary>Null when there is none.</summary>
    public static StoredContainer? TryOpen(Folder root, string id)
    {
        ContainerId.Check(id);
        try
        {
            var folder = root.OpenFolder(id);
            return new StoredContainer(id, folder, StateRecord.Read(folder));
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Asked of the kernel every time: the record alone would lie about a process that has ended.</summary>
    public ContainerStatus Status(CgroupLayout? layout = null) =>
        Record is null ? ContainerStatus.Creating
        : !Record.IsProcessAlive() ? ContainerStatus.Stopped
        : StartGate.IsWaiting(Folder) ? ContainerStatus.Created
        : Cgroup(layout ?? CgroupLayout.DetectQuickly()) is { } cgroup && cgroup.IsFrozen() ? ContainerStatus.Paused
        : ContainerStatus.Running;

    /// <summary>Its cgroup; null when it was started without one.</summary>
    public ContainerCgroup? Cgroup(CgroupLayout layout) =>
        Record is { Cgroup.Length: > 0 } record ? ContainerCgroup.Find(layout, record.Cgroup) : null;

    /// <summary>Its first process.</summary>
    /// <exception cref="UnknownContainerException">It has ended.</exception>
    public SafeFileHandle OpenProcess()
    {
        if (Record is { } record)
        {
            try
            {
                var process = Processes.OpenPidFd(record.Pid);
                // Looked at behind the descriptor: the pid cannot change its owner any more.
                if (record.IsProcessAlive())
                {
                    return process;
                }

                process.Dispose();
            }
            catch (KernelException e) when (e.Errno is Errno.ESRCH)
            {
            }
        }

        throw new UnknownContainerException($"container \"{Id}\" is not running");
    }

    public void Dispose() => Folder.Dispose();
}

/// <summary>A container that is not there, or not in the state that a verb needs.</summary>
sealed class UnknownContainerException(string message) : Exception(message);
