using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class ContainerPlan
{
    /// <summary>What mount(2) reads of its options, in bytes.</summary>
    const int OldRoom = 4095;

    /// <summary>A root of layers. Where there are more than one option holds, each is an option of its own; before Linux 6.8, which
    /// brought that, only mount(2) has the room, which needs a place: the bundle's, in this mount namespace alone.</summary>
    Register LayeredRoot(PlannedMount overlay)
    {
        var context = BeginFilesystem(overlay, out var firstLayer);
        _plan.CreateFilesystem(context);
        var created = _plan.Mark();
        var root = _plan.MountFilesystem(context, overlay.Options.OfNew.Set, "rootfs");
        // While mounts still travel to the host, or hooks wait for the root at that very place, it must be free.
        if (firstLayer is not { } first || FollowsHost || _settings.PausesBeforeRoot)
        {
            return root;
        }

        var made = _plan.Mark();
        // Before Linux 6.5 an option that is not known is noticed only when all are there.
        foreach (var mark in (int[])[first, created])
        {
            _plan.Tolerate(mark, Errno.EINVAL);
            _plan.SkipFromOnTolerated(mark);
        }

        var options = OverlayLayers.Join([.. overlay.Options.Superblock.Select(flag => (flag, (string?)null)), .. overlay.Options.Data]);
        if (System.Text.Encoding.UTF8.GetByteCount(options) > OldRoom)
        {
            throw new SpecException(overlay.Path + ".options", $"are longer than {OldRoom} bytes, all that a kernel before 6.8 reads; use fewer layers or shorter paths");
        }

        _plan.MountAt("overlay", _settings.RootPath, options);
        _plan.OpenMount(_settings.RootPath, root);
        if (overlay.Options.OfNew.Set != 0)
        {
            _plan.SetAttributes(root, overlay.Options.OfNew.Set, 0, recursive: false);
        }

        _plan.SkipFromOnSuccess(made);
        return root;
    }

    /// <summary>Begins a filesystem with its options.</summary>
    /// <param name="firstLayer">The step that gives the first of layers that did not fit into one option; null when they did.</param>
    Register BeginFilesystem(PlannedMount mount, out int? firstLayer)
    {
        var context = _plan.OpenFilesystem(mount.Spec.Type);
        if (mount.Spec.Source.Length > 0)
        {
            _plan.SetOption(context, "source", mount.Spec.Source);
        }

        SetOptions(context, mount, out firstLayer);
        return context;
    }

    void SetOptions(Register context, PlannedMount mount, out int? firstLayer)
    {
        firstLayer = null;
        if (_config.Linux.MountLabel.Length > 0 && !mount.ShowsKernelFiles && mount.Spec.Type is not "mqueue")
        {
            _plan.SetOption(context, "context", _config.Linux.MountLabel);
        }

        foreach (var flag in mount.Options.Superblock)
        {
            _plan.SetOption(context, flag, null);
        }

        foreach (var (key, value) in mount.Options.Data)
        {
            if (!OverlayLayers.NeedSplitting(key, value))
            {
                _plan.SetOption(context, key, value);
                continue;
            }

            foreach (var layer in OverlayLayers.Split(value!))
            {
                _plan.SetOption(context, "lowerdir+", layer);
                firstLayer ??= _plan.Mark();
            }
        }
    }
}
