using System.Globalization;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class LimitWriter
{
    const string MemoryField = "memory.limit";
    const string SwapField = "memory.swap";
    const string MemoryLimit = "the memory limit";
    const string SwapLimit = "the limit on swap";
    const string LegacySwapFile = "memory.memsw.limit_in_bytes";

    /// <summary>v1 rounds "unlimited" down to a page below this.</summary>
    const long AsGoodAsUnlimited = long.MaxValue - (1 << 20);

    void WriteMemory(ResourceSpec resources)
    {
        // 0 is not set, as callers mean it: nothing could run in no memory.
        var limit = resources.MemoryLimit is 0 ? null : resources.MemoryLimit;
        var swap = resources.MemorySwap is 0 ? null : resources.MemorySwap;
        // Unlimited memory with limited swap is nothing that v1 could hold.
        swap ??= limit < 0 ? -1 : null;
        if (limit > 0 && swap >= 0 && swap < limit)
        {
            throw new CgroupException(Root + SwapField, $"{swap} counts memory and swap together and must not be below memory.limit ({limit})");
        }

        if ((limit ?? swap) is not null && Find("memory", MemoryLimit, limit is null ? SwapField : MemoryField, isLimit: limit > 0 || swap > 0) is { } branch)
        {
            CheckInUse(branch, resources.CheckBeforeUpdate, limit, swap);
            if (branch.IsUnified)
            {
                WriteUnifiedMemory(branch, limit, swap);
            }
            else
            {
                WriteLegacyMemory(branch, limit, swap);
            }
        }

        WriteReservation(resources.MemoryReservation);
        WriteLegacyOnly(resources);
    }

    /// <summary>v2 would answer a limit below the usage by killing, v1 by swapping.</summary>
    static void CheckInUse(CgroupBranch branch, bool isAsked, long? limit, long? swap)
    {
        if (!isAsked)
        {
            return;
        }

        foreach (var (asked, field) in (ReadOnlySpan<(long?, string)>)[(limit, MemoryField), (swap, SwapField)])
        {
            if (asked > 0 && Bytes(branch, branch.IsUnified ? "memory.current" : "memory.usage_in_bytes") is { } used && asked < used)
            {
                throw new CgroupException(
                    Root + field, $"{asked} is less than the {used} bytes in use, and checkBeforeUpdate asks to refuse that; give more, or free memory first", Errno.EBUSY);
            }
        }
    }

    void WriteUnifiedMemory(CgroupBranch branch, long? limit, long? swap)
    {
        // v2 counts swap apart from memory.
        if (swap is { } total)
        {
            var memory = limit ?? Bytes(branch, "memory.max") ?? -1;
            if (total > 0 && memory < 0)
            {
                throw SwapAlone();
            }

            var value = total < 0 ? "max" : Number(Math.Max(total - memory, 0));
            if (value is not ("max" or "0") || branch.Has("memory.swap.max"))
            {
                Put(branch, "memory.swap.max", value, SwapLimit, SwapField);
            }
        }

        if (limit is { } bytes)
        {
            Put(branch, "memory.max", bytes < 0 ? "max" : Number(bytes), MemoryLimit, MemoryField);
        }
    }

    void WriteLegacyMemory(CgroupBranch branch, long? limit, long? swap)
    {
        const string LimitFile = "memory.limit_in_bytes";
        if (swap is not null && !branch.Has(LegacySwapFile))
        {
            // Without accounting nothing limits swap: fine where none is to be limited.
            if (swap > 0 && swap != limit)
            {
                Refuse(SwapField, "this kernel does not account swap (boot it with swapaccount=1)", SwapLimit);
            }

            swap = null;
        }

        if (limit is null && swap > 0 && Bytes(branch, LimitFile) is null or >= AsGoodAsUnlimited)
        {
            throw SwapAlone();
        }

        // v1 keeps limit <= limit with swap at every moment.
        switch (limit, swap)
        {
            case ({ } memory, { } both):
                PutTogether(branch, MemoryLimit, (LimitFile, Number(memory), MemoryField), (LegacySwapFile, Number(both), SwapField));
                break;
            case ({ } memory, null):
                Put(branch, LimitFile, Number(memory), MemoryLimit, MemoryField);
                break;
            case (null, { } both):
                Put(branch, LegacySwapFile, Number(both), SwapLimit, SwapField);
                break;
        }
    }

    static CgroupException SwapAlone() =>
        new(Root + SwapField, "counts memory and swap together, so that it needs a memory.limit; set that too");

    void WriteReservation(long? reservation)
    {
        const string Field = "memory.reservation";
        const string What = "the memory reservation";
        if (reservation is not (null or 0) && Find("memory", What, Field, isLimit: reservation > 0) is { } branch)
        {
            var (file, none) = branch.IsUnified ? ("memory.low", "max") : ("memory.soft_limit_in_bytes", "-1");
            Put(branch, file, reservation < 0 ? none : Number(reservation.Value), What, Field);
        }
    }

    void WriteLegacyOnly(ResourceSpec resources)
    {
        // Callers in Go write -1 for "not set".
        if (resources.MemorySwappiness is { } swappiness and not ulong.MaxValue)
        {
            const string Field = "memory.swappiness";
            if (swappiness > 100)
            {
                throw new CgroupException(Root + Field, $"{swappiness} must be between 0 and 100");
            }

            if (FindLegacy("memory", "memory.swappiness", Field) is { } branch)
            {
                Put(branch, "memory.swappiness", Number(swappiness), Field, Field);
            }
        }

        if (resources.DisableOomKiller is { } isDisabled)
        {
            const string Field = "memory.disableOOMKiller";
            var memory = cgroup.With("memory");
            // A new cgroup has the killer on.
            if (isDisabled ? FindLegacy("memory", Field, Field) is not null : memory is { IsUnified: false, IsFresh: false })
            {
                Put(memory!, "memory.oom_control", isDisabled ? "1" : "0", Field, Field);
            }
        }

        // Every kernel that this runtime supports counts child cgroups (since 5.11), and nothing turns that off.
        if (resources.UseHierarchy is false && cgroup.With("memory") is not null)
        {
            Refuse("memory.useHierarchy", "the kernel counts the memory of child cgroups always", "memory.useHierarchy false");
        }
    }

    /// <summary>The cgroup's part in a v1 hierarchy with a controller, for what v2 has no file for.</summary>
    CgroupBranch? FindLegacy(string controller, string what, string field)
    {
        if (cgroup.With(controller) is { IsUnified: false } branch)
        {
            return branch;
        }

        Refuse(field, cgroup.Unified is not null ? $"cgroup v2 has nothing like it, and no cgroup v1 hierarchy has the {controller} controller" : $"no writable cgroup hierarchy has the {controller} controller", what);
        return null;
    }

    /// <summary>A number of bytes; null when the file is missing or says "max".</summary>
    static long? Bytes(CgroupBranch branch, string file) =>
        long.TryParse(branch.TryRead(file).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
