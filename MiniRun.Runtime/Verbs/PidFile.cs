using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary>How a caller learns which process was started.</summary>
static class PidFile
{
    /// <summary>Writes the file of <c>--pid-file</c>, and sends a pidfd to the socket of <c>--pidfd-socket</c>.</summary>
    public static void Announce(LaunchedProcess process, Arguments arguments)
    {
        var pid = Encoding.ASCII.GetBytes(process.Pid.ToString(CultureInfo.InvariantCulture));
        if (arguments.OptionalPath("--pid-file") is { } path)
        {
            Write(path, pid);
        }

        if (arguments.OptionalPath("--pidfd-socket") is { } socket)
        {
            using var connection = DescriptorPassing.Connect(socket);
            DescriptorPassing.Send(connection, pid, process.PidFd);
        }
    }

    /// <summary>The file appears whole, because callers wait for it to appear.</summary>
    static void Write(string path, byte[] pid)
    {
        var slash = path.LastIndexOf('/');
        using var folder = Folder.Open(slash > 0 ? path[..slash] : "/");
        var name = path[(slash + 1)..];
        folder.Write($".{name}", pid, mode: 0b110_100_100);
        try
        {
            folder.Rename($".{name}", name);
        }
        catch
        {
            folder.Delete($".{name}");
            throw;
        }
    }
}
