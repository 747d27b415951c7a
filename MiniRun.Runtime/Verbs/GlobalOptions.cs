using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary>The options before a verb, which every verb has in common.</summary>
sealed class GlobalOptions
{
    const string DefaultRoot = "/run/minirun-runtime";

    static readonly string[] Known =
    [
        "--root=", "--log=", "--log-format=", "--log-level=", "--debug", "--systemd-cgroup", "--cgroup-manager=", "--rootless=", "--criu=",
        "--version,-v", "--help,-h",
    ];

    GlobalOptions(Arguments options)
    {
        Root = options.Path("--root", DefaultRoot);
        LogPath = options.OptionalPath("--log");
        LogsJson = (options.Value("--log-format") ?? "text") switch
        {
            "json" => true,
            "text" => false,
            var other => throw new UsageException($"--log-format: \"{other}\" is unknown; use text or json"),
        };
        var manager = options.Value("--cgroup-manager") ?? (options.Has("--systemd-cgroup") ? "systemd" : "cgroupfs");
        (UsesCgroups, BySystemd) = manager switch
        {
            "cgroupfs" => (true, false),
            "systemd" => (true, true),
            "disabled" => (false, false),
            _ => throw new UsageException($"--cgroup-manager: \"{manager}\" is unknown; use cgroupfs, systemd or disabled"),
        };
        (WantsVersion, WantsHelp) = (options.Has("--version"), options.Has("--help"));
    }

    /// <summary>Where the state of containers is kept.</summary>
    public string Root { get; }

    /// <summary>Where errors go besides standard error; null for nowhere.</summary>
    public string? LogPath { get; }

    public bool LogsJson { get; }

    public bool UsesCgroups { get; }

    public bool BySystemd { get; }

    public bool WantsVersion { get; }

    public bool WantsHelp { get; }

    /// <summary>Reads what stands before the verb.</summary>
    /// <param name="rest">The verb and what follows it.</param>
    public static GlobalOptions Read(ReadOnlySpan<string> words, out ReadOnlySpan<string> rest)
    {
        var count = 0;
        while (count < words.Length && words[count].StartsWith('-'))
        {
            // An option with a value of its own takes the next word with it.
            count += words[count].Contains('=') || !Known.Contains(words[count] + "=") ? 1 : 2;
        }

        count = Math.Min(count, words.Length);
        rest = words[count..];
        return new GlobalOptions(new Arguments(words[..count], Known));
    }

    /// <summary>The folder of the state; it is made where it is missing.</summary>
    public Folder OpenRoot() => Folder.Ensure(Root);

    /// <summary>The folder of the state; null where it is missing, and so is every container.</summary>
    public Folder? TryOpenRoot()
    {
        try
        {
            return Folder.Open(Root);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return null;
        }
    }

    /// <exception cref="UnknownContainerException">There is no such container.</exception>
    public StoredContainer OpenContainer(string id)
    {
        ContainerId.Check(id);
        using var root = TryOpenRoot();
        return root is null ? throw new UnknownContainerException($"container \"{id}\" does not exist") : StoredContainer.Open(root, id);
    }

    public static CgroupLayout DetectCgroups() => CgroupLayout.DetectQuickly();
}
