using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    const string Frozen = "FROZEN";
    const string Thawed = "THAWED";

    /// <summary>Processes in an uninterruptible wait of the kernel freeze only after it.</summary>
    const int FreezePatienceMilliseconds = 5_000;

    /// <summary>A kill goes on without.</summary>
    const int KillPatienceMilliseconds = 200;

    const uint LegacyPauseMicroseconds = 500;

    /// <summary>How many looks at a v1 freezer that does not finish go by before it is thawed for a moment.</summary>
    const int LegacyLooks = 20;

    /// <summary>Stops every process in it and below, and returns when all stand still.</summary>
    /// <param name="milliseconds">How long that may take.</param>
    /// <exception cref="KernelException">ETIMEDOUT when some go on after that time; all of them run again then. EOPNOTSUPP
    /// when the host has neither cgroup v2 nor a freezer.</exception>
    public void Freeze(int milliseconds = FreezePatienceMilliseconds)
    {
        if (!TryFreeze(milliseconds, out var branch))
        {
            throw new KernelException("freeze", branch?.Place ?? Path, branch is null ? Errno.EOPNOTSUPP : Errno.ETIMEDOUT);
        }
    }

    /// <summary>Lets the processes go on. No error when they are not frozen.</summary>
    public void Thaw()
    {
        Unified?.TryWrite("cgroup.freeze", "0");
        With("freezer")?.TryWrite("freezer.state", Thawed);
    }

    /// <summary>Whether it is frozen, or about to be.</summary>
    public bool IsFrozen() => _branches.Exists(IsFrozen);

    static bool IsFrozen(CgroupBranch branch) =>
        branch.IsUnified ? branch.TryRead("cgroup.freeze") is ['1', ..]
        : branch.Hierarchy.Has("freezer") && branch.TryRead("freezer.state") is { } state && !state.StartsWith(Thawed, StringComparison.Ordinal);

    bool TryFreeze() => TryFreeze(KillPatienceMilliseconds, out _);

    /// <param name="branch">Where it was asked for; null when there is no freezer.</param>
    bool TryFreeze(int milliseconds, out CgroupBranch? branch)
    {
        var deadline = Clock.Monotonic() + (milliseconds * 1_000_000L);
        branch = null;
        var isFrozen = false;
        try
        {
            if (Unified is { } unified && unified.TryWrite("cgroup.freeze", "1"))
            {
                branch = unified;
                isFrozen = AwaitUnified(unified, deadline);
            }
            else if (With("freezer") is { } freezer && freezer.TryWrite("freezer.state", Frozen))
            {
                branch = freezer;
                isFrozen = AwaitLegacy(freezer, deadline);
            }

            return isFrozen;
        }
        finally
        {
            if (!isFrozen)
            {
                Thaw();
            }
        }
    }

    static bool AwaitUnified(CgroupBranch branch, long deadline)
    {
        Span<byte> buffer = stackalloc byte[256];
        using var events = branch.Open("cgroup.events", Open.ReadOnly);
        while (true)
        {
            var text = Encoding.ASCII.GetString(buffer[..Files.ReadAt(events, buffer, 0)]);
            if (FlatFile.Field(text, "frozen") == 1)
            {
                return true;
            }

            var left = (deadline - Clock.Monotonic()) / 1_000_000;
            if (left <= 0)
            {
                return false;
            }

            Waiting.For(events, Awaited.Changed, (int)left);
        }
    }

    /// <summary>v1 stops at FREEZING when a process forks or is traced meanwhile: what helps is to ask again and, after a
    /// while, to let all of them go on for a moment.</summary>
    static bool AwaitLegacy(CgroupBranch branch, long deadline)
    {
        for (var look = 1; ; look++)
        {
            if (branch.TryRead("freezer.state") is not { } state || state.StartsWith(Frozen, StringComparison.Ordinal))
            {
                return true;
            }

            if (Clock.Monotonic() >= deadline)
            {
                return false;
            }

            Waiting.Pause(LegacyPauseMicroseconds);
            if (look % LegacyLooks == 0)
            {
                branch.TryWrite("freezer.state", Thawed);
                Waiting.Pause(LegacyPauseMicroseconds);
            }

            branch.TryWrite("freezer.state", Frozen);
        }
    }
}
