namespace MiniRun.Runtime.Spec;

/// <summary>The resources of setrlimit(2) by number.</summary>
static class Rlimits
{
    static readonly string[] Names =
    [
        "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING",
        "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
    ];

    /// <summary>The number of "RLIMIT_NOFILE", or -1.</summary>
    public static int Number(string name) =>
        name.StartsWith("RLIMIT_", StringComparison.Ordinal) ? Array.IndexOf(Names, name[7..]) : -1;

    public static string Name(int resource) => "RLIMIT_" + Names[resource];
}
