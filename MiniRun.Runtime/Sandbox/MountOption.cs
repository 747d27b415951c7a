namespace MiniRun.Runtime.Sandbox;

/// <summary>What a mount option is about.</summary>
enum MountOptionKind
{
    /// <summary>Accepted, and without effect: it names a default, or what the kernel no longer distinguishes.</summary>
    None,

    /// <summary>An attribute of one mount, set or cleared.</summary>
    Attribute,

    /// <summary>One of the three modes of access times, which exclude each other.</summary>
    AccessTime,

    /// <summary>Takes one of those modes back.</summary>
    AccessTimeDefault,

    /// <summary>A flag of the filesystem itself, whichever mount shows it.</summary>
    Superblock,

    /// <summary>Whether mounts made later below this one travel to and from its copies (mount_namespaces(7)).</summary>
    Propagation,

    Bind,
    Remount,
    IdMap,
    CopyUp,
}

/// <summary>An option of config.md, "Linux mount options".</summary>
/// <param name="Set">Attributes of mount_setattr(2) that it sets; for a propagation its flag of mount(2).</param>
/// <param name="Clear">Attributes that it clears.</param>
/// <param name="IsRecursive">It holds for the mounts below this one too.</param>
readonly record struct MountOption(string Name, MountOptionKind Kind, ulong Set = 0, ulong Clear = 0, bool IsRecursive = false);
