using System.Collections;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary>What a process gets from its surroundings and not from its configuration: a home folder, and the sockets of a service manager.</summary>
static class Surroundings
{
    /// <param name="wanted">How many descriptors the caller asked to hand over.</param>
    /// <param name="preserved">How many are handed over, those of socket activation (sd_listen_fds(3)) first.</param>
    public static void Complete(ProcessSpec process, Bundle bundle, int wanted, out int preserved)
    {
        preserved = wanted;
        var activated = Environment.GetEnvironmentVariable("LISTEN_FDS");
        if (activated is not null && int.TryParse(activated, out var sockets) && sockets > 0)
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

    /// <summary>An empty HOME counts as none, as other runtimes have it.</summary>
    public static bool HasHome(ProcessSpec process)
    {
        process.Environment.RemoveAll(variable => variable == "HOME=");
        return process.Environment.Exists(variable => variable.StartsWith("HOME=", StringComparison.Ordinal));
    }

    static string? Home(string rootPath, uint uid)
    {
        try
        {
            using var root = Files.OpenPath(rootPath, Open.Path | Files.Directory);
            return UserDatabase.HomeOf(root, uid);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            // The step that needs the root says so.
            return null;
        }
    }

    static void RequireOpen(int count)
    {
        for (var descriptor = 3; descriptor < 3 + count; descriptor++)
        {
            if (!Files.IsOpen(descriptor))
            {
                throw new UsageException($"--preserve-fds: descriptor {descriptor} is not open");
            }
        }
    }
}
