using System.Globalization;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

/// <summary>What a v1 devices cgroup can hold (cgroup-v1/devices.rst): an answer for all devices, and exceptions from it.</summary>
sealed class LegacyDeviceList
{
    readonly Dictionary<Devices, Exception> _exceptions = [];

    /// <summary>Every device that no exception names.</summary>
    public bool AllowsByDefault { get; private set; }

    /// <summary>Where rules ask for what v1 cannot hold, an exception from an exception: their places in the configuration.</summary>
    public List<int> Impossible { get; } = [];

    /// <summary>The list that rules describe.</summary>
    public static LegacyDeviceList Of(List<(DeviceRule Rule, int Index)> effective)
    {
        var list = new LegacyDeviceList();
        foreach (var (rule, index) in effective)
        {
            if (DeviceRules.IsForAll(rule))
            {
                list.AllowsByDefault = rule.Allow;
                list._exceptions.Clear();
                continue;
            }

            // The kernel reads "a" as everything, whatever follows.
            foreach (var type in rule.Type is 'a' ? "bc" : $"{rule.Type}")
            {
                list.Apply(new Devices(type, rule.Major, rule.Minor), DeviceRules.Access(rule), rule.Allow, index);
            }
        }

        list.Complete();
        return list;
    }

    /// <summary>Reads <c>devices.list</c>.</summary>
    public static LegacyDeviceList Parse(ReadOnlySpan<char> text)
    {
        var list = new LegacyDeviceList();
        foreach (var line in text.EnumerateLines())
        {
            // "c 1:3 rwm", or "a *:* rwm" alone.
            if (line is not [var type, ' ', .. var rest] || rest.IndexOf(':') is not (> 0 and var colon) || rest.LastIndexOf(' ') is not (> 0 and var space) || space < colon)
            {
                continue;
            }

            if (type is 'a')
            {
                list.AllowsByDefault = true;
                continue;
            }

            var access = DeviceRules.Access(new DeviceRule(true, type, null, null, rest[(space + 1)..].ToString()));
            list._exceptions[new Devices(type, Number(rest[..colon]), Number(rest[(colon + 1)..space]))] = new Exception(access, -1);
        }

        return list;

        static long? Number(ReadOnlySpan<char> text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The exceptions as lines such as "c 1:3 rwm", each with its place in the configuration.</summary>
    public IEnumerable<(string Line, int Index)> Exceptions() => _exceptions.Select(e => (Line(e.Key, e.Value.Access), e.Value.Index));

    /// <summary>The exceptions that another list, with the same answer by default, does not have.</summary>
    public IEnumerable<(string Line, int Index)> Beyond(LegacyDeviceList other)
    {
        foreach (var (devices, exception) in _exceptions)
        {
            var more = exception.Access & ~(other._exceptions.TryGetValue(devices, out var has) ? has.Access : DeviceAccess.None);
            if (more is not DeviceAccess.None)
            {
                yield return (Line(devices, more), exception.Index);
            }
        }
    }

    void Apply(Devices devices, DeviceAccess access, bool isAllowed, int index)
    {
        if (isAllowed != AllowsByDefault)
        {
            var before = _exceptions.TryGetValue(devices, out var has) ? has.Access : DeviceAccess.None;
            if (access is not DeviceAccess.None)
            {
                _exceptions[devices] = new Exception(before | access, index);
            }

            return;
        }

        // Back to the default: what it covers is no exception any more.
        foreach (var (other, exception) in _exceptions.ToList())
        {
            if ((exception.Access & access) is DeviceAccess.None || !devices.Meets(other))
            {
                continue;
            }

            if (!devices.Covers(other))
            {
                Impossible.Add(index);
            }
            else if ((exception.Access & ~access) is var left and not DeviceAccess.None)
            {
                _exceptions[other] = exception with { Access = left };
            }
            else
            {
                _exceptions.Remove(other);
            }
        }
    }

    /// <summary>The kernel wants one exception that has all that is asked for: a narrow one gets what wider ones give.</summary>
    void Complete()
    {
        foreach (var (narrow, exception) in _exceptions.ToList())
        {
            foreach (var (wide, wider) in _exceptions.ToList())
            {
                if (wide.Covers(narrow))
                {
                    _exceptions[narrow] = _exceptions[narrow] with { Access = _exceptions[narrow].Access | wider.Access };
                }
            }
        }
    }

    static string Line(Devices devices, DeviceAccess access) => string.Create(
        CultureInfo.InvariantCulture,
        $"{devices.Type} {Text(devices.Major)}:{Text(devices.Minor)} {(access.HasFlag(DeviceAccess.Read) ? "r" : "")}{(access.HasFlag(DeviceAccess.Write) ? "w" : "")}{(access.HasFlag(DeviceAccess.MakeNode) ? "m" : "")}");

    static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "*";

    /// <param name="Major">Null for every number, as the next.</param>
    readonly record struct Devices(char Type, long? Major, long? Minor)
    {
        public bool Covers(Devices other) => Type == other.Type && (Major is null || Major == other.Major) && (Minor is null || Minor == other.Minor);

        public bool Meets(Devices other) =>
            Type == other.Type && (Major is null || other.Major is null || Major == other.Major) && (Minor is null || other.Minor is null || Minor == other.Minor);
    }

    readonly record struct Exception(DeviceAccess Access, int Index);
}
