namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    const int Fifo = 1;
    const int RoundRobin = 2;
    const int Iso = 4;
    const int Deadline = 6;

    const int HighestCpu = 8191;

    /// <summary>By their numbers of sched(7).</summary>
    static readonly string[] SchedulerPolicies =
        ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"];

    /// <summary>By their bits of sched_setattr(2).</summary>
    static readonly string[] SchedulerFlags =
    [
        "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX",
    ];

    /// <summary>By their numbers of ioprio_set(2), which begin with 1.</summary>
    static readonly string[] IoClasses = ["IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"];

    static SchedulerSpec ReadScheduler(ref SpecReader json)
    {
        int? policy = null;
        var nice = 0;
        var priority = 0;
        var flags = 0UL;
        var (runtime, deadline, period) = (0UL, 0UL, 0UL);
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("policy"u8):
                    policy = json.Choice(SchedulerPolicies);
                    break;
                case var _ when name.SequenceEqual("nice"u8):
                    nice = (int)json.Integer(-20, 19);
                    break;
                case var _ when name.SequenceEqual("priority"u8):
                    priority = (int)json.Integer(0, 99);
                    break;
                case var _ when name.SequenceEqual("flags"u8):
                    flags = ReadFlags(ref json, SchedulerFlags);
                    break;
                case var _ when name.SequenceEqual("runtime"u8):
                    runtime = json.Unsigned();
                    break;
                case var _ when name.SequenceEqual("deadline"u8):
                    deadline = json.Unsigned();
                    break;
                case var _ when name.SequenceEqual("period"u8):
                    period = json.Unsigned();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        var scheduler = new SchedulerSpec(
            (uint)(policy ?? throw json.Missing("policy", "a scheduling policy, such as \"SCHED_BATCH\"")), nice, (uint)priority, flags, runtime, deadline, period);
        CheckScheduler(ref json, scheduler);
        return scheduler;
    }

    /// <summary>The kernel would say EINVAL to all of these, and not which.</summary>
    static void CheckScheduler(ref SpecReader json, SchedulerSpec scheduler)
    {
        var isRealTime = scheduler.Policy is Fifo or RoundRobin;
        switch (scheduler)
        {
            case { Policy: Iso }:
                throw json.Error("policy", "is SCHED_ISO, which Linux does not have; use SCHED_BATCH or SCHED_IDLE");
            case { Priority: 0 } when isRealTime:
                throw json.Error("priority", "must be from 1 to 99 for SCHED_FIFO and SCHED_RR");
            case { Priority: > 0 } when !isRealTime:
                throw json.Error("priority", "is for SCHED_FIFO and SCHED_RR alone");
            case { Policy: Deadline } when scheduler.Runtime == 0 || scheduler.Runtime > scheduler.Deadline:
                throw json.Error("runtime", "must be above 0 and not above deadline for SCHED_DEADLINE");
            case { Policy: Deadline, Period: > 0 } when scheduler.Deadline > scheduler.Period:
                throw json.Error("deadline", "must not be above period");
            case { Policy: not Deadline } when (scheduler.Runtime | scheduler.Deadline | scheduler.Period) != 0:
                throw json.Error(scheduler.Runtime != 0 ? "runtime" : scheduler.Deadline != 0 ? "deadline" : "period", "is for SCHED_DEADLINE alone");
        }
    }

    static IoPrioritySpec ReadIoPriority(ref SpecReader json)
    {
        int? kind = null;
        int? priority = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("class"u8))
            {
                kind = json.Choice(IoClasses) + 1;
            }
            else if (name.SequenceEqual("priority"u8))
            {
                priority = (int)json.Integer(0, 7);
            }
            else
            {
                json.Skip();
            }
        }

        return new IoPrioritySpec(
            kind ?? throw json.Missing("class", "a class, such as \"IOPRIO_CLASS_BE\""),
            priority ?? throw json.Missing("priority", "an integer from 0 (highest) to 7"));
    }

    static CpuAffinitySpec ReadAffinity(ref SpecReader json)
    {
        ulong[]? initial = null;
        ulong[]? final = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("initial"u8))
            {
                initial = ReadMask(ref json, HighestCpu);
            }
            else if (name.SequenceEqual("final"u8))
            {
                final = ReadMask(ref json, HighestCpu);
            }
            else
            {
                json.Skip();
            }
        }

        return new CpuAffinitySpec(initial, final);
    }

    /// <summary>A list of numbers such as "0-3,7" as bits; null for an empty one.</summary>
    static ulong[]? ReadMask(ref SpecReader json, int highest)
    {
        var list = json.String();
        return list.Length == 0 ? null : NumberList.ToMask(list, highest) ?? throw json.Error(NotAList(list, highest));
    }

    static string NotAList(string list, int highest) =>
        $"is {SpecReader.Quoted(list)}, but must be a list such as \"0-3,7\" of numbers up to {highest}";

    /// <summary>An array of names as bits: the first of <paramref name="known"/> is bit 0.</summary>
    static uint ReadFlags(ref SpecReader json, string[] known)
    {
        var flags = 0u;
        json.EnterArray();
        while (json.NextItem())
        {
            flags |= 1u << json.Choice(known);
        }

        return flags;
    }
}
