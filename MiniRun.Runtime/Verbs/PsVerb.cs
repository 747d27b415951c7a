using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>ps ID [OPTIONS OF PS]</c>: the processes of a container, by their pids on the host.</summary>
static class PsVerb
{
    public static readonly string[] Options = ["--format,-f="];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        if (arguments.Words.Count == 0)
        {
            throw new UsageException("ID: is missing");
        }

        using var container = global.OpenContainer(arguments.Words[0]);
        var pids = Pids(container, global);
        var text = arguments.WantsJson ? $"[{string.Join(',', pids)}]\n" : Table(pids, [.. arguments.Words.Skip(1)]);
        Standard.Print(Encoding.UTF8.GetBytes(text));
        return 0;
    }

    static List<int> Pids(StoredContainer container, GlobalOptions global)
    {
        if (container.Cgroup(GlobalOptions.DetectCgroups()) is { } cgroup)
        {
            return [.. cgroup.AllMembers().Order()];
        }

        // Without a cgroup nobody but the first process is known.
        return container.Record is { } record && record.IsProcessAlive() ? [record.Pid] : [];
    }

    /// <summary>Those lines of the host's ps that are about the container.</summary>
    static string Table(List<int> pids, List<string> options)
    {
        var lines = RunPs(options.Count > 0 ? options : ["-ef"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var column = Array.IndexOf(Words(lines.Length > 0 ? lines[0] : ""), "PID");
        if (column < 0)
        {
            throw new UsageException("ps: its output has no column PID; choose options that show one");
        }

        var table = new StringBuilder().Append(lines[0]).Append('\n');
        foreach (var line in lines.AsSpan(1))
        {
            var words = Words(line);
            if (words.Length > column && int.TryParse(words[column], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pids.Contains(pid))
            {
                table.Append(line).Append('\n');
            }
        }

        return table.ToString();
    }

    static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    static string RunPs(List<string> options)
    {
        const string Program = "/bin/ps";
        using var input = MemoryFile.Create("input", []);
        using var output = MemoryFile.Create("output", []);
        try
        {
            var pid = Spawn.Start(Program, ["ps", .. options], ["PATH=/usr/bin:/bin", "LC_ALL=C"], "/", Files.Number(input), Files.Number(output));
            using var process = Processes.OpenPidFd(pid);
            var end = Processes.Reap(process, wait: true)!.Value;
            var text = Encoding.UTF8.GetString(MemoryFile.Read(output));
            return end.ExitCode == 0 ? text : throw new UsageException($"ps: {text.Trim().ReplaceLineEndings(" / ")}");
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            throw new UsageException($"ps: {Program} is not installed; install procps, or use --format json");
        }
    }
}
