using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>What mount_setattr(2) shall set and clear. Of two options that contradict each other the last counts (mount(8)).</summary>
record struct AttributeChange(ulong Set, ulong Clear)
{
    public readonly bool IsEmpty => (Set | Clear) == 0;

    /// <summary>The mode of access times is one field of several bits, which the kernel only lets be cleared as a whole.</summary>
    readonly bool HasAccessTime => (Clear & MountApi.AccessTimeMask) == MountApi.AccessTimeMask;

    public void Add(in MountOption option)
    {
        switch (option.Kind)
        {
            case MountOptionKind.Attribute:
                Replace(option.Set, option.Clear);
                break;
            case MountOptionKind.AccessTime:
                Replace(option.Set, MountApi.AccessTimeMask);
                break;
            case MountOptionKind.AccessTimeDefault
                when HasAccessTime ? (Set & MountApi.AccessTimeMask) == option.Set : option.Set != MountApi.AttributeRelativeAccessTime:
                // What is left is the kernel's own mode, which is relatime.
                Replace(MountApi.AttributeRelativeAccessTime, MountApi.AccessTimeMask);
                break;
        }
    }

    /// <summary>Both, one after the other.</summary>
    public readonly AttributeChange Then(AttributeChange later)
    {
        var both = this;
        both.Replace(later.Set, later.Clear);
        return both;
    }

    void Replace(ulong set, ulong clear)
    {
        Set = (Set & ~clear) | set;
        Clear = (Clear & ~set) | clear;
    }
}
