using System.Globalization;
using System.Text;

namespace MiniRun.Runtime.Kernel;

/// <summary>What /proc says about one process (proc(5)).</summary>
/// <param name="Pid">In this pid namespace.</param>
/// <param name="InnermostPid">In the process's own pid namespace.</param>
/// <param name="ParentPid">In this pid namespace.</param>
/// <param name="Uid">The effective one, in this user namespace.</param>
/// <param name="State">R, S, D, T, t, Z, I or X.</param>
/// <param name="Memory">Resident, in bytes.</param>
/// <param name="Processor">Time that it computed, in user and kernel mode.</param>
/// <param name="StartTime">Clock ticks (a hundredth of a second) after the boot.</param>
/// <param name="Command">Its arguments with blanks between, at most 4 KiB; its name in brackets when it has none.</param>
sealed record ProcessStatus(
    int Pid, int InnermostPid, int ParentPid, uint Uid, char State, int Threads, long Memory, TimeSpan Processor, long StartTime, string Command)
{
    const int TicksPerSecond = 100;
    const int MostOfCommand = 4096;

    /// <summary>Of a process; null when it has ended.</summary>
    public static ProcessStatus? TryRead(int pid)
    {
        try
        {
            // One descriptor stands for one process: what is read through it is never another's with the same number.
            using var process = Folder.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"));
            return process.TryRead("status") is { } status && process.TryRead("stat") is { } stat
                ? Parse(pid, Encoding.UTF8.GetString(status), stat, ReadCommand(process))
                : null;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ESRCH)
        {
            return null;
        }
    }

    /// <summary>Reads the files "status" and "stat" of a process, and the beginning of "cmdline".</summary>
    internal static ProcessStatus Parse(int pid, string status, ReadOnlySpan<byte> stat, ReadOnlySpan<byte> command)
    {
        var fields = Processes.StatFields(stat);
        var arguments = Encoding.UTF8.GetString(command).TrimEnd('\0').Replace('\0', ' ');
        return new ProcessStatus(
            pid,
            InnermostPid: Number(Words(status, "NSpid")[^1]),
            ParentPid: Number(Words(status, "PPid")[0]),
            Uid: uint.Parse(Words(status, "Uid")[1], CultureInfo.InvariantCulture),
            State: fields[0][0],
            Threads: Number(Words(status, "Threads")[0]),
            Memory: Words(status, "VmRSS") is [var kibibytes, ..] ? long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024 : 0,
            Processor: TimeSpan.FromSeconds((Long(fields[11]) + Long(fields[12])) / (double)TicksPerSecond),
            StartTime: Long(fields[19]),
            Command: arguments.Length > 0 ? arguments : $"[{Words(status, "Name") switch { [var name, ..] => name, _ => "" }}]");

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

        static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    static string[] Words(string status, string field)
    {
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(field, StringComparison.Ordinal) && line.Length > field.Length && line[field.Length] == ':')
            {
                return line[(field.Length + 1)..].ToString().Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            }
        }

        return [];
    }

    static byte[] ReadCommand(Folder process)
    {
        using var file = process.OpenFile("cmdline");
        var command = new byte[MostOfCommand];
        return command[..Files.Read(file, command)];
    }
}
