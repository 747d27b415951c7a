namespace MiniRun.Runtime.Spec;

/// <summary>The resources of setrlimit(2) by number.</summary>
static class Rlimits
{
    static readonly string[] Names =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC",
        "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE",
        "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    /// <summary>Lowest number first.</summary>
    public static ReadOnlySpan<string> All => Names;

    /// <summary>The number of "RLIMIT_NOFILE", or -1.</summary>
    public static int Number(string name) => Array.IndexOf(Names, name);

    public static string Name(int resource) => Names[resource];
}
