using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The options of a mount in config.json, told apart: attributes of the mount, flags and data of the filesystem, and how
/// it is made.</summary>
sealed class MountOptions
{
    AttributeChange _own;
    AttributeChange _tree;

    /// <summary>Attributes of the mount itself.</summary>
    public AttributeChange Own => _own;

    /// <summary>Attributes of the mount and of all below it.</summary>
    public AttributeChange Tree => _tree;

    /// <summary>Attributes of a new filesystem, below which there is nothing yet.</summary>
    public AttributeChange OfNew => _own.Then(_tree);

    public bool IsBind { get; private set; }

    /// <summary>The bind shows the mounts below its source too.</summary>
    public bool IsRecursive { get; private set; }

    /// <summary>No new mount: the one that is there changes.</summary>
    public bool IsRemount { get; private set; }

    public bool IsIdMapped { get; private set; }

    /// <summary>The mapping holds for the mounts below too.</summary>
    public bool IsIdMapRecursive { get; private set; }

    /// <summary>The new filesystem begins with what the image has at its place.</summary>
    public bool CopiesUp { get; private set; }

    /// <summary>In the order in which they apply: a slave can be shared afterwards.</summary>
    public List<Propagation> Propagations { get; } = [];

    /// <summary>Flags of a new filesystem; a bind mount shows one that has its flags already, so that they change nothing there.</summary>
    public List<string> Superblock { get; } = [];

    /// <summary>For the filesystem itself; the value is null for a flag.</summary>
    public List<(string Key, string? Value)> Data { get; } = [];

    /// <summary>The permissions of a new filesystem's root are given; otherwise they are those of its place.</summary>
    public bool HasMode => Data.Exists(option => option.Key is "mode");

    public bool IsReadOnly => (OfNew.Set & MountApi.AttributeReadOnly) != 0;

    /// <summary>Writing is asked for in so many words.</summary>
    public bool IsWritable => (OfNew.Clear & MountApi.AttributeReadOnly) != 0;

    /// <exception cref="SpecException">Options contradict each other or the type, with the path of the mount.</exception>
    public static MountOptions Parse(MountSpec mount, string path)
    {
        var options = new MountOptions { IsBind = mount.Type is "bind" };
        foreach (var option in mount.Options)
        {
            options.Add(option);
        }

        options.IsBind &= !options.IsRemount;
        if (options.Contradiction(mount) is { } contradiction)
        {
            throw new SpecException(path + ".options", contradiction);
        }

        return options;
    }

    void Add(string text)
    {
        if (!MountOptionTable.TryFind(text, out var option))
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            Data.Add(equals > 0 ? (text[..equals], text[(equals + 1)..]) : (text, null));
            return;
        }

        switch (option.Kind)
        {
            case MountOptionKind.Attribute or MountOptionKind.AccessTime or MountOptionKind.AccessTimeDefault:
                (option.IsRecursive ? ref _tree : ref _own).Add(option);
                break;
            case MountOptionKind.Superblock:
                Superblock.Add(text);
                break;
            case MountOptionKind.Propagation:
                Propagations.Add(new Propagation(option.Set, option.IsRecursive));
                break;
            case MountOptionKind.Bind:
                (IsBind, IsRecursive) = (true, option.IsRecursive);
                break;
            case MountOptionKind.Remount:
                IsRemount = true;
                break;
            case MountOptionKind.IdMap:
                (IsIdMapped, IsIdMapRecursive) = (true, option.IsRecursive);
                break;
            case MountOptionKind.CopyUp:
                CopiesUp = true;
                break;
        }
    }

    string? Contradiction(MountSpec mount) => this switch
    {
        // A value for the filesystem changes nothing at a mount of one that is there, and callers give it; a word is a mistake.
        { IsBind: true } when Data.FindIndex(option => option.Value is null) is >= 0 and var word => $"\"{Data[word].Key}\" is no option of a bind mount",
        { IsIdMapped: true, IsBind: false } => "\"idmap\" and \"ridmap\" are for bind mounts",
        { CopiesUp: true } when mount.Type is not "tmpfs" || IsBind || IsRemount => "\"tmpcopyup\" is for new mounts of type tmpfs",
        _ => null,
    };
}

/// <summary>A change of propagation.</summary>
/// <param name="Kind">MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE.</param>
readonly record struct Propagation(ulong Kind, bool IsRecursive);
