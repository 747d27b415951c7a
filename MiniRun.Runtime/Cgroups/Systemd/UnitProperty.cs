namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>A property of a unit as systemd takes it over D-Bus (org.freedesktop.systemd1(5)).</summary>
/// <param name="Signature">The D-Bus type of its value.</param>
sealed record UnitProperty(string Name, string Signature, Action<DbusWriter> Write)
{
    public static UnitProperty Of(string name, string value) => new(name, "s", w => w.Text(value));

    public static UnitProperty Of(string name, ulong value) => new(name, "t", w => w.UInt64(value));

    public static UnitProperty Of(string name, bool value) => new(name, "b", w => w.Flag(value));

    /// <summary>Processes that are in it from its start.</summary>
    public static UnitProperty Pids(int pid) => new("PIDs", "au", w => w.Array(4, a => a.UInt32((uint)pid)));

    public static UnitProperty Bits(string name, byte[] bits) => new(name, "ay", w => w.Array(1, a => a.Raw(bits)));

    public static UnitProperty List(string name, IReadOnlyList<string> texts) => new(name, "as", w => w.Array(4, a =>
    {
        foreach (var text in texts)
        {
            a.Text(text);
        }
    }));

    /// <summary>Pairs of text, as DeviceAllow has them.</summary>
    public static UnitProperty Pairs(string name, IReadOnlyList<(string First, string Second)> pairs) => new(name, "a(ss)", w => w.Array(8, a =>
    {
        foreach (var (first, second) in pairs)
        {
            a.Structure(s =>
            {
                s.Text(first);
                s.Text(second);
            });
        }
    }));
}
