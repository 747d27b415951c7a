using System.Globalization;

namespace MiniRun.Web.Security;

/// <summary>The group whose members may use the unix socket as root does.</summary>
static class LocalGroup
{
    public const string Name = "minirun";

    /// <summary>Its id by /etc/group, or null when the host has no such group. Read each time: it may be made while the panel runs.</summary>
    public static uint? Find()
    {
        foreach (var line in File.ReadLines("/etc/group"))
        {
            // group(5): name:password:gid:members
            if (line.Split(':') is [Name, _, var gid, ..])
            {
                return uint.Parse(gid, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }
}
