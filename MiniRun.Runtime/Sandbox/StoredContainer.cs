using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Cgroups.Systemd;
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

    /// <summary>The configuration as far as it was stored: null when its writing was interrupted.</summary>
    public RuntimeConfig? TryReadConfig()
    {
        try
        {
            return Config;
        }
        catch (Exception e) when (e is SpecException or KernelException { Errno: Errno.ENOENT })
        {
            return null;
        }
    }

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

        try
        {
            folder.Write(ConfigFileName, config);
        }
        catch
        {
            folder.Dispose();
            root.DeleteTree(id);
            throw;
        }

        return new StoredContainer(id, folder, null);
    }

    /// <exception cref="UnknownContainerException">There is none, or its state is damaged.</exception>
    public static StoredContainer Open(Folder root, string id) =>
        TryOpen(root, id) ?? throw new UnknownContainerException($"container \"{id}\" does not exist");

    /// <summary>Null when there is none.</summary>
    /// <param name="orWreck">Whether one whose state is damaged is taken for one whose creation was interrupted.</param>
    /// <exception cref="UnknownContainerException">Its state is damaged.</exception>
    public static StoredContainer? TryOpen(Folder root, string id, bool orWreck = false)
    {
        ContainerId.Check(id);
        Folder folder;
        try
        {
            folder = root.OpenFolder(id);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return null;
        }

        try
        {
            return new StoredContainer(id, folder, StateRecord.Read(folder));
        }
        catch (SpecException e)
        {
            if (orWreck)
            {
                return new StoredContainer(id, folder, null);
            }

            folder.Dispose();
            throw new UnknownContainerException($"the state of container \"{id}\" is damaged ({StateRecord.FileName}: {e.Message}); remove it with delete --force");
        }
    }

    /// <summary>Asked of the kernel every time: the record alone would lie about a process that has ended.</summary>
    public ContainerStatus Status(CgroupLayout? layout = null) =>
        Record is not null && !Record.IsProcessAlive() ? ContainerStatus.Stopped
        : IsCreating ? ContainerStatus.Creating
        : StartGate.IsWaiting(Folder) ? ContainerStatus.Created
        : Cgroup(layout ?? CgroupLayout.DetectQuickly()) is { } cgroup && cgroup.IsFrozen() ? ContainerStatus.Paused
        : ContainerStatus.Running;

    /// <summary>Whether somebody is creating it at this moment, or was killed before anything came of it.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(false, nameof(Record))]
    public bool IsCreating => Record is null || Record.IsCreating || (StartGate.IsWaiting(Folder) && Record.IsMonitorAlive());

    /// <summary>Its cgroup; null when it was started without one, or before the host was started.</summary>
    public ContainerCgroup? Cgroup(CgroupLayout layout) =>
        Record is { Cgroup.Length: > 0 } record && record.IsOfThisBoot()
            ? ContainerCgroup.Find(layout, record.Cgroup, record.BySystemd ? ContainerScope.At(record.Cgroup) : null)
            : null;

    /// <summary>Its first process.</summary>
    /// <exception cref="UnknownContainerException">It has ended.</exception>
    public SafeFileHandle OpenProcess() => TryOpenProcess() ?? throw new UnknownContainerException($"container \"{Id}\" is not running");

    /// <summary>Its first process; null when it has ended.</summary>
    public SafeFileHandle? TryOpenProcess()
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
            catch (KernelException e) when (e.Errno is Errno.ESRCH or Errno.EINVAL)
            {
                // It has ended, or its number is that of another's thread now.
            }
        }

        return null;
    }

    public void Dispose() => Folder.Dispose();
}

/// <summary>A container that is not there, or not in the state that a verb needs.</summary>
sealed class UnknownContainerException(string message) : Exception(message);
