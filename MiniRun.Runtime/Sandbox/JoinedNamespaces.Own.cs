using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

sealed partial class JoinedNamespaces
{
    /// <summary>Whether a file is this process's own namespace of a type, under whatever name it was found.</summary>
    static bool IsOwn(string type, SafeFileHandle file)
    {
        using var own = Files.OpenPath("/proc/self/ns/" + Namespaces.File(type), Kernel.Open.ReadOnly);
        return FileIdentity.Of(own) == FileIdentity.Of(file);
    }

    /// <summary>What a container sets in its namespaces, it would set for the host.</summary>
    static void RefuseOwn(string type, string field, RuntimeConfig config)
    {
        switch (type)
        {
            case "mount":
                throw new SpecException(field, "is the runtime's own mount namespace, whose root would become the container's; name another, or leave the path out");
            case "user":
                throw new SpecException(field, "is the runtime's own user namespace, which nobody can join; leave the namespace out");
            case "network" when config.Linux.NetDevices.Count > 0:
                throw new SpecException("$.linux.netDevices", "needs a network namespace that is not the host's");
            case "uts" when config.Hostname is { Length: > 0 }:
                throw new SpecException("$.hostname", "needs a uts namespace that is not the host's, or it would rename the host");
            case "uts" when config.Domainname is { Length: > 0 }:
                throw new SpecException("$.domainname", "needs a uts namespace that is not the host's, or it would rename the host");
        }

        foreach (var (name, _) in config.Linux.Sysctl)
        {
            if (SysctlName.Namespace(name) == type)
            {
                throw new SpecException(
                    SpecReader.EntryPath("$.linux.sysctl", name), $"needs a namespace of type {type} that is not the host's: else the host's own parameter would change");
            }
        }
    }
}
