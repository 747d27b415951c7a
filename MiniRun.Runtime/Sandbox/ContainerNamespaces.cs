using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The namespaces that a later process of a container enters by one setns(2) of its first process's pidfd.</summary>
static class ContainerNamespaces
{
    /// <summary>All but pid, in which one must be born. Those that are the host's are left out: entering one's own user namespace is an error.</summary>
    public static ulong Enterable(LinuxSpec linux)
    {
        var flags = Namespaces.Mount;
        foreach (var wanted in linux.Namespaces)
        {
            flags |= Namespaces.Flag(wanted.Type);
        }

        return flags & ~Namespaces.Pid;
    }
}
