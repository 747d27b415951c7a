using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary>What a process gets from its surroundings and not from its configuration: a home folder, and the sockets of a service manager.</summary>
static class Surroundings
{
    /// <summary>More than a process can have open.</summary>
    const int MostSockets = 1 << 20;

    /// <param name="wanted">How many descriptors the caller asked to hand over.</param>
    /// <param name="preserved">How many are handed over, those of socket activation (sd_listen_fds(3)) first.</param>
    public static void Complete(ProcessSpec process, Bundle bundle, int wanted, out int preserved)
    {
        preserved = Math.Min(wanted, MostSockets);
        var activated = Environment.GetEnvironmentVariable("LISTEN_FDS");
        if (activated is not null && int.TryParse(activated, NumberStyles.None, CultureInfo.InvariantCulture, out var sockets) && sockets is > 0 and <= MostSockets)
        {
            preserved += sockets;
            process.Environment.Add("LISTEN_FDS=" + activated);
            process.Environment.Add("LISTEN_PID=1");
            if (Environment.GetEnvironmentVariable("LISTEN_FDNAMES") is { Length: > 0 } names)
            {
                process.Environment.Add("LISTEN_FDNAMES=" + names);
            }
        }

        RequireOpen(preserved);
        if (!HasHome(process))
        {
            process.Environment.Add("HOME=" + (Home(bundle.RootPath, process.User.Uid) ?? "/"));
        }
    }

    /// <summary>Completes the environment of a process in a running container.</summary>
    /// <param name="pid">The container's first process.</param>
    public static void CompleteHome(ProcessSpec process, int pid)
    {
        if (!HasHome(process))
        {
            process.Environment.Add("HOME=" + (Home(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root"), process.User.Uid) ?? "/"));
        }
    }

    /// <summary>Refuses descriptors to hand over that the caller does not have.</summary>
    public static void RequireOpen(int count)
    {
        for (var descriptor = 3; descriptor - 3 < count; descriptor++)
        {
            if (!Files.IsInherited(descriptor))
            {
                throw new UsageException($"--preserve-fds: descriptor {descriptor} is not open");
            }
        }
    }

    /// <summary>Whether there is a home folder, once each variable is there once. An empty one counts as none, as other runtimes have it.</summary>
    static bool HasHome(ProcessSpec process)
    {
        KeepLast(process.Environment);
        process.Environment.Remove("HOME=");
        return process.Environment.Exists(variable => variable.StartsWith("HOME=", StringComparison.Ordinal));
    }

    /// <summary>Of a variable that is there twice the last counts, but getenv(3) would find the first.</summary>
    static void KeepLast(List<string> environment)
    {
        var seen = new HashSet<string>(environment.Count, StringComparer.Ordinal);
        environment.Reverse();
        environment.RemoveAll(variable => !seen.Add(variable[..variable.IndexOf('=')]));
        environment.Reverse();
    }

    static string? Home(string rootPath, uint uid)
    {
        try
        {
            using var root = Files.OpenPath(rootPath, Open.Path | Files.Directory);
            return UserDatabase.HomeOf(root, uid);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            // The step that needs the root says so.
            return null;
        }
    }
}
