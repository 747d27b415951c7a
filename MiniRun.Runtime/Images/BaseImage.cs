using System.Diagnostics;
using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Images;

/// <summary>The image that needs no network: the host's static busybox with all its applets, the host's bash, and the
/// libraries that <c>ldd</c> names for it.</summary>
static class BaseImage
{
    public const string Name = "base";

    static readonly string[] BusyboxPlaces = ["/bin/busybox", "/usr/bin/busybox"];

    static readonly string[] BashPlaces = ["/bin/bash", "/usr/bin/bash"];

    static readonly string[] TerminfoFolders = ["/lib/terminfo", "/usr/share/terminfo"];

    static readonly string[] Terminals = ["xterm", "xterm-256color", "linux", "screen", "vt100"];

    /// <exception cref="InvalidOperationException">The host lacks busybox or bash; the message names the package.</exception>
    public static async Task<IReadOnlyList<TreeEntry>> CollectAsync(CancellationToken cancellationToken)
    {
        var busybox = Find(BusyboxPlaces) ?? throw new InvalidOperationException(
            "The base image is made from the host's busybox, which is missing; install the package busybox-static.");
        var bash = Find(BashPlaces) ?? throw new InvalidOperationException(
            "The base image is made from the host's bash, which is missing; install the package bash.");
        var tree = new Tree();
        AddFolders(tree);
        AddConfiguration(tree);
        tree.Add(new FileEntry("bin/busybox", Read(busybox), 0b111_101_101));
        tree.Add(new FileEntry("bin/bash", Read(bash), 0b111_101_101));
        foreach (var library in Libraries(await RunAsync("ldd", [bash], cancellationToken)))
        {
            tree.Add(new FileEntry(library.TrimStart('/'), Read(library), 0b111_101_101));
        }

        foreach (var applet in (await RunAsync(busybox, ["--list-full"], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            tree.Add(new LinkEntry(applet.Trim(), "/bin/busybox"));
        }

        AddTerminfo(tree);
        return tree.Entries;
    }

    /// <summary>The files that ldd(1) prints: "name => /path (address)" or "/path (address)".</summary>
    internal static IEnumerable<string> Libraries(string output)
    {
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var path = line.Split(' ').FirstOrDefault(word => word.StartsWith('/'));
            if (path is not null)
            {
                yield return path;
            }
        }
    }

    static void AddFolders(Tree tree)
    {
        string[] folders = ["bin", "dev", "etc", "home", "lib", "proc", "root", "run", "sbin", "sys", "usr", "usr/bin", "usr/sbin", "usr/local", "usr/local/bin", "var", "var/log"];
        foreach (var folder in folders)
        {
            tree.Add(new FolderEntry(folder, folder is "root" ? 0b111_000_000 : 0b111_101_101));
        }

        tree.Add(new FolderEntry("tmp", 0b001_111_111_111));
        tree.Add(new FolderEntry("var/tmp", 0b001_111_111_111));
    }

    static void AddConfiguration(Tree tree)
    {
        (string Path, string Content)[] files =
        [
            ("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
            ("etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"),
            ("etc/shells", "/bin/sh\n/bin/bash\n"),
            ("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
            ("etc/os-release", "NAME=\"MiniRun base\"\nID=minirun-base\nPRETTY_NAME=\"MiniRun base image\"\n"),
            ("etc/hostname", ""),
            ("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
            ("etc/resolv.conf", ""),
            ("root/.bashrc", "PS1='\\[\\e[36m\\]\\u@\\h\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]\\$ '\nalias ls='ls --color=auto'\n"),
        ];
        foreach (var (path, content) in files)
        {
            tree.Add(new FileEntry(path, Encoding.UTF8.GetBytes(content)));
        }
    }

    /// <summary>Without a description of the terminal, line editing would not know how to move the cursor.</summary>
    static void AddTerminfo(Tree tree)
    {
        foreach (var terminal in Terminals)
        {
            var place = $"{terminal[0]}/{terminal}";
            if (Find([.. TerminfoFolders.Select(folder => $"{folder}/{place}")]) is { } file)
            {
                tree.Add(new FileEntry($"lib/terminfo/{place}", Read(file)));
            }
        }
    }

    static string? Find(IEnumerable<string> places)
    {
        foreach (var place in places)
        {
            try
            {
                using var file = Files.OpenPath(place, Open.ReadOnly);
                return place;
            }
            catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
            {
            }
        }

        return null;
    }

    static byte[] Read(string path)
    {
        using var file = Files.OpenPath(path, Open.ReadOnly);
        return Files.ReadAll(file);
    }

    static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Helper(program, arguments))
            ?? throw new InvalidOperationException($"{program} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {(await error).Trim()}");
    }

    /// <summary>A program of the host, without a shell and with nothing of this process's environment (SECURITY R20).</summary>
    internal static ProcessStartInfo Helper(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Entries in the order they came, each with its parents; the first of a path wins.</summary>
    sealed class Tree
    {
        readonly HashSet<string> _paths = new(StringComparer.Ordinal);

        public List<TreeEntry> Entries { get; } = [];

        public void Add(TreeEntry entry)
        {
            var slash = entry.Path.LastIndexOf('/');
            if (slash > 0 && !_paths.Contains(entry.Path[..slash]))
            {
                Add(new FolderEntry(entry.Path[..slash]));
            }

            if (_paths.Add(entry.Path))
            {
                Entries.Add(entry);
            }
        }
    }
}
