using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace MiniRun.Web.Security;

/// <summary>Gives a file to root and the group <c>minirun</c>; .NET sets modes but no owners.</summary>
static class FileOwner
{
    /// <summary>Does nothing without that group, or when the panel does not run as root.</summary>
    public static void GiveToGroup(string path)
    {
        if (Environment.IsPrivilegedProcess && LocalGroup.Find() is { } group
            && Chown([.. Encoding.UTF8.GetBytes(path), 0], 0, group) != 0)
        {
            throw new IOException($"chown {path} to group {LocalGroup.Name}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    // LibraryImport would need unsafe code in this project for one call.
    [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Chown(byte[] path, uint owner, uint group);
}
