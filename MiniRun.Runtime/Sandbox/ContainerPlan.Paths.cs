using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    static readonly AttributeChange Mask =
        new(MountApi.AttributeReadOnly | MountApi.AttributeNoSuid | MountApi.AttributeNoExec, 0);

    /// <summary>Covers what the container must not read and protects what it must not write.</summary>
    void HidePaths()
    {
        foreach (var path in _config.Linux.ReadOnlyPaths)
        {
            ProtectPath(path);
        }

        if (_config.Linux.MaskedPaths.Count > 0)
        {
            MaskPaths();
        }

        _plan.Close(_root);
    }

    /// <summary>Mounts a read-only copy of the path over itself, which keeps the other attributes of the original; what does
    /// not exist needs no protection.</summary>
    void ProtectPath(string path)
    {
        var place = _plan.ResolveIn(_root, path, Open.Path, "place");
        _plan.Tolerate(Errno.ENOENT, Errno.ENOTDIR);
        var missing = _plan.Mark();
        var copy = _plan.CloneTree(place, recursive: true, "mount");
        _plan.SetAttributes(copy, MountApi.AttributeReadOnly, 0, recursive: true);
        _plan.Attach(copy, place);
        _plan.Close(copy);
        _plan.Close(place);
        _plan.SkipFromOnTolerated(missing);
    }

    /// <summary>Files are covered by /dev/null, directories by one empty, read-only directory that all of them share:
    /// a filesystem for each would cost the kernel memory for every container.</summary>
    void MaskPaths()
    {
        var empty = NewEmptyFolder();
        var nothing = _ownNull ?? NullOfImage();
        foreach (var path in _config.Linux.MaskedPaths)
        {
            MaskPath(path, nothing, empty);
        }

        _plan.Close(nothing);
        _plan.Close(empty);
    }

    /// <summary>Where the runtime has not made the node itself, it is looked at: a mask made of another file would hide
    /// nothing (CVE-2025-31133).</summary>
    Register NullOfImage()
    {
        var node = _plan.ResolveIn(_root, "/dev/null", Open.Path, "null", OpenHow.NoSymlinks);
        _plan.RequireDevice(node, FileFacts.CharacterDevice, 1, 3);
        return node;
    }

    void MaskPath(string path, Register nothing, Register empty)
    {
        var place = _plan.ResolveIn(_root, path, Open.Path, "place");
        _plan.Tolerate(Errno.ENOENT, Errno.ENOTDIR);
        var missing = _plan.Mark();
        var cover = _plan.CloneTree(nothing, recursive: false, "cover");
        _plan.SetAttributes(cover, Mask, recursive: false);
        _plan.Attach(cover, place);
        _plan.Tolerate(Errno.EINVAL, Errno.ENOTDIR);
        var covered = _plan.Mark();
        // It is a directory, on which no file can be mounted: move_mount says EINVAL.
        _plan.CloseForReuse(cover);
        _plan.CloneTreeInto(empty, recursive: false, cover);
        _plan.Tolerate(Errno.EINVAL);
        var cloned = _plan.Mark();
        _plan.Attach(cover, place);
        var attached = _plan.Mark();
        _plan.SkipFromOnTolerated(cloned);
        // Before Linux 6.15 a mount that is attached nowhere cannot be copied: the first directory gets the original,
        // which from then on is attached.
        _plan.Attach(empty, place);
        var original = _plan.Mark();
        _plan.SkipFromOnSuccess(covered);
        _plan.SkipFromOnSuccess(attached);
        _plan.Close(cover);
        _plan.SkipFromOnSuccess(original);
        _plan.Close(place);
        _plan.SkipFromOnTolerated(missing);
    }

    /// <summary>A filesystem with nothing in it and no room for anything.</summary>
    Register NewEmptyFolder()
    {
        var context = _plan.OpenFilesystem("tmpfs");
        _plan.SetOption(context, "mode", "755");
        _plan.SetOption(context, "nr_inodes", "1");
        return _plan.CreateMount(context, Mask.Set | MountApi.AttributeNoDev, "empty");
    }
}
