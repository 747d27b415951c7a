using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>An image's /etc/passwd, which is a stranger's file: never followed out of the root, never read without an end (SECURITY R18).</summary>
static class UserDatabase
{
    const string FileName = "etc/passwd";
    const int LargestFile = 1 << 20;
    const int LongestLine = 4096;

    /// <summary>The home folder of a user; null when the image does not say.</summary>
    /// <param name="root">The image's root, or a container's.</param>
    public static string? HomeOf(SafeFileHandle root, uint uid)
    {
        foreach (var line in Read(root).Split('\n'))
        {
            // name:password:uid:gid:comment:home:shell (passwd(5)).
            if (line.Length > LongestLine)
            {
                continue;
            }

            var fields = line.Split(':');
            if (fields.Length >= 6 && fields[5].StartsWith('/')
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == uid)
            {
                return fields[5];
            }
        }

        return null;
    }

    static string Read(SafeFileHandle root)
    {
        try
        {
            // Without waiting: it could be a FIFO that nobody writes to.
            using var file = Files.OpenInRoot(root, FileName, Open.ReadOnly | Open.NonBlocking | Open.NoControllingTerminal);
            return FileFacts.Of(file).IsRegular && Files.Size(file) <= LargestFile ? Encoding.UTF8.GetString(Files.ReadAll(file)) : "";
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.EACCES or Errno.ENXIO)
        {
            return "";
        }
    }
}
