using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

/// <summary>What a container may do with a device.</summary>
[Flags]
enum DeviceAccess
{
    None = 0,
    MakeNode = 1,
    Read = 2,
    Write = 4,
    All = MakeNode | Read | Write,
}

/// <summary>Which devices a container may use: nothing but what its configuration allows, and what every program needs.</summary>
static class DeviceRules
{
    /// <summary>Like runc and crun: any node may be made, which opens nothing, and the devices of every /dev may be used.</summary>
    static readonly DeviceRule[] Own =
    [
        new(true, 'c', null, null, "m"), new(true, 'b', null, null, "m"),
        new(true, 'c', 1, 3, "rwm"), new(true, 'c', 1, 5, "rwm"), new(true, 'c', 1, 7, "rwm"), new(true, 'c', 1, 8, "rwm"), new(true, 'c', 1, 9, "rwm"),
        new(true, 'c', 5, 0, "rwm"), new(true, 'c', 5, 2, "rwm"), new(true, 'c', 136, null, "rwm"),
    ];

    /// <summary>The rules in order, the runtime's own last; the last that fits decides, and none means no.</summary>
    /// <returns>Each with its place in the configuration, or -1 for the runtime's own. What a later rule for everything
    /// overrules is left out.</returns>
    public static List<(DeviceRule Rule, int Index)> Effective(List<DeviceRule> configured)
    {
        var rules = new List<(DeviceRule, int)>(configured.Count + Own.Length);
        for (var i = 0; i < configured.Count; i++)
        {
            // Callers in Go write -1 for "every number".
            var rule = configured[i] with { Major = Number(configured[i].Major), Minor = Number(configured[i].Minor) };
            if (IsForAll(rule))
            {
                rules.Clear();
            }

            rules.Add((rule, i));
        }

        foreach (var rule in Own)
        {
            rules.Add((rule, -1));
        }

        return rules;

        static long? Number(long? number) => number < 0 ? null : number;
    }

    /// <summary>Whether there is nothing to filter.</summary>
    public static bool AllowEverything(List<(DeviceRule Rule, int Index)> effective) =>
        IsForAll(effective[0].Rule) && effective.TrueForAll(r => r.Rule.Allow);

    public static bool IsForAll(DeviceRule rule) => rule is { Type: 'a', Major: null, Minor: null } && Access(rule) == DeviceAccess.All;

    public static DeviceAccess Access(DeviceRule rule)
    {
        var access = DeviceAccess.None;
        foreach (var letter in rule.Access)
        {
            access |= letter switch
            {
                'r' => DeviceAccess.Read,
                'w' => DeviceAccess.Write,
                'm' => DeviceAccess.MakeNode,
                _ => DeviceAccess.None,
            };
        }

        return access;
    }
}
