using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Demos;

/// <summary>Looks at folders and at /proc: the same way for the host and for a probe.</summary>
static class ProcessFiles
{
    /// <summary>The names in a folder, in order.</summary>
    public static string List(string path)
    {
        using var folder = Folder.Open(path);
        var names = folder.List().ConvertAll(entry => entry.Name);
        names.Sort(StringComparer.Ordinal);
        return string.Join(' ', names);
    }

    /// <summary>Device and inode: which file a path means, whatever it is called.</summary>
    public static string Identity(string path)
    {
        using var file = Files.OpenPath(path, Open.Path);
        var identity = FileIdentity.Of(file);
        return string.Create(CultureInfo.InvariantCulture, $"{identity.Device:x}:{identity.Inode}");
    }

    public static string FirstLine(string path)
    {
        using var file = Files.OpenPath(path, Open.ReadOnly);
        return Encoding.UTF8.GetString(Files.ReadAll(file)).Split('\n')[0];
    }

    /// <summary>The cgroups of this process below their hierarchies' roots, each path once.</summary>
    public static string Cgroups()
    {
        using var file = Files.OpenPath("/proc/self/cgroup", Open.ReadOnly);
        var paths = new List<string>();
        foreach (var line in Encoding.UTF8.GetString(Files.ReadAll(file)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // "4:memory:/path"
            var path = line.Split(':', 3)[2];
            if (!paths.Contains(path))
            {
                paths.Add(path);
            }
        }

        paths.Sort(StringComparer.Ordinal);
        return string.Join(' ', paths);
    }

    /// <summary>The numbers of the processes that /proc shows, in order.</summary>
    public static List<int> Processes()
    {
        using var folder = Folder.Open("/proc");
        var pids = new List<int>();
        foreach (var (name, _) in folder.List())
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                pids.Add(pid);
            }
        }

        pids.Sort();
        return pids;
    }

    /// <summary>A line of /proc/PID/status without its name: numbers divided by blanks.</summary>
    public static string Status(int pid, string name)
    {
        using var file = Files.OpenPath(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"), Open.ReadOnly);
        foreach (var line in Encoding.UTF8.GetString(Files.ReadAll(file)).Split('\n'))
        {
            if (line.StartsWith(name + ":\t", StringComparison.Ordinal))
            {
                return line[(name.Length + 2)..].Replace('\t', ' ');
            }
        }

        throw new KernelException("read", string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status, {name}"), Errno.ENODATA);
    }

    /// <summary>The processes of a pid namespace by their numbers here, oldest number first.</summary>
    /// <param name="link">What /proc/PID/ns/pid shows for them.</param>
    public static List<int> InNamespace(string link)
    {
        var members = new List<int>();
        foreach (var pid in Processes())
        {
            try
            {
                if (Files.ReadLink(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/pid")) == link)
                {
                    members.Add(pid);
                }
            }
            catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ESRCH or Errno.EACCES)
            {
                // Ended meanwhile, or not ours to see.
            }
        }

        return members;
    }
}
