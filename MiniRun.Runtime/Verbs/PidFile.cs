using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Verbs;

/// <summary>The file that tells a caller which process was started. It appears whole, because callers wait for it to appear.</summary>
static class PidFile
{
    public static void Write(string path, int pid)
    {
        var slash = path.LastIndexOf('/');
        using var folder = Folder.Open(slash > 0 ? path[..slash] : "/");
        var name = path[(slash + 1)..];
        folder.Write($".{name}", Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture)), mode: 0b110_100_100);
        folder.Rename($".{name}", name);
    }
}
