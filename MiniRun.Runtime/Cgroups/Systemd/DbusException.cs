namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>An answer of D-Bus that is an error, or a talk that broke off.</summary>
/// <param name="name">Such as <c>org.freedesktop.systemd1.UnitExists</c>.</param>
sealed class DbusException(string name, string message) : IOException($"{message} ({name})")
{
    /// <summary>The peer does not speak D-Bus as the specification has it.</summary>
    public const string Broken = "protocol";

    /// <summary>The peer did not answer in time, or is gone.</summary>
    public const string Silent = "no answer";

    public string Name { get; } = name;
}
