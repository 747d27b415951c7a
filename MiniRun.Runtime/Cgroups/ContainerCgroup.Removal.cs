using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    /// <summary>Removes the folders, those that the container made below first.</summary>
    /// <returns>False when a process is still in it; try again later.</returns>
    public bool TryRemove()
    {
        var gone = true;
        foreach (var branch in _branches)
        {
            gone &= TryRemove(branch.Place) || (RemoveBelow(branch.Place) && TryRemove(branch.Place));
        }

        return gone;
    }

    static bool TryRemove(string place)
    {
        try
        {
            Folder.Remove(place);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.EBUSY or Errno.ENOTEMPTY)
        {
            return false;
        }
    }

    /// <returns>Whether anything was removed.</returns>
    static bool RemoveBelow(string place)
    {
        var removed = false;
        CgroupTree.Visit(place, enter: null, (parent, name) =>
        {
            try
            {
                parent.DeleteFolder(name);
                removed = true;
            }
            catch (KernelException e) when (e.Errno is Errno.EBUSY or Errno.ENOTEMPTY)
            {
                // A process is in it: the answer is that of the folder at the top.
            }
        });
        return removed;
    }
}
