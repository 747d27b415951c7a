namespace MiniRun.Runtime.Cgroups;

/// <summary>A way into a cgroup of v1 for a thread that moves itself.</summary>
/// <param name="Cgroup">Below the root of the hierarchy.</param>
readonly record struct CgroupEntrance(CgroupHierarchy Hierarchy, string Cgroup)
{
    /// <summary>Where the thread writes "0".</summary>
    public string Path => $"{Hierarchy.Path}/{Cgroup}/tasks";

    /// <summary>Whether the limits must be there first: the list of devices begins with forbidding them all, and who is in
    /// there before the rest of it is written cannot make those that it shall have.</summary>
    public bool IsForLater => Hierarchy.Has("devices");
}
