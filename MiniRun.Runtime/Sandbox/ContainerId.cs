namespace MiniRun.Runtime.Sandbox;

/// <summary>Names that become folders and cgroups (SECURITY R19).</summary>
static class ContainerId
{
    const int Longest = 1024;

    /// <exception cref="UnknownContainerException">It could lead somewhere else.</exception>
    public static void Check(string id)
    {
        if (!IsValid(id))
        {
            throw new UnknownContainerException(
                $"invalid container ID \"{id}\": use 1 to {Longest} letters, digits and any of _ + - . and begin with a letter, digit or _");
        }
    }

    public static bool IsValid(string id)
    {
        if (id.Length is 0 or > Longest || id[0] is '.' or '-' or '+')
        {
            return false;
        }

        foreach (var letter in id)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or '+' or '-' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
