using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

/// <summary>Walks a cgroup and those below it, which the container may have made, as many and as deep as it liked: one
/// descriptor is open at a time, and no stack grows.</summary>
static class CgroupTree
{
    /// <param name="place">Its folder on the host; one that is gone is not visited.</param>
    /// <param name="enter">Gets each cgroup, those above first.</param>
    /// <param name="leave">Gets each cgroup below the first by the folder above it and its name, those below first.</param>
    public static void Visit(string place, Action<Folder>? enter, Action<Folder, string>? leave)
    {
        if (TryOpen(null, place) is not { } current)
        {
            return;
        }

        var levels = new Stack<Level>();
        try
        {
            enter?.Invoke(current);
            levels.Push(new Level("", ChildrenOf(current)));
            while (true)
            {
                var level = levels.Peek();
                if (level.Next < level.Children.Count)
                {
                    var name = level.Children[level.Next++];
                    if (TryOpen(current, name) is { } below)
                    {
                        current.Dispose();
                        current = below;
                        enter?.Invoke(current);
                        levels.Push(new Level(name, ChildrenOf(current)));
                    }

                    continue;
                }

                levels.Pop();
                if (levels.Count == 0)
                {
                    return;
                }

                // Nobody moves a cgroup to another parent, so that the way up is the way that led down.
                var above = current.Step("..");
                current.Dispose();
                current = above;
                leave?.Invoke(current, level.Name);
            }
        }
        finally
        {
            current.Dispose();
        }
    }

    static List<string> ChildrenOf(Folder folder)
    {
        var children = new List<string>();
        foreach (var (name, kind) in TryList(folder))
        {
            if (kind is EntryKind.Folder)
            {
                children.Add(name);
            }
        }

        return children;
    }

    static List<(string Name, EntryKind Kind)> TryList(Folder folder)
    {
        try
        {
            return folder.List();
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            // Somebody else, such as systemd, has removed it between the opening and the look.
            return [];
        }
    }

    static Folder? TryOpen(Folder? parent, string name)
    {
        try
        {
            return parent is null ? Folder.Open(name) : parent.Step(name);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return null;
        }
    }

    sealed class Level(string name, List<string> children)
    {
        public string Name { get; } = name;

        public List<string> Children { get; } = children;

        public int Next { get; set; }
    }
}
